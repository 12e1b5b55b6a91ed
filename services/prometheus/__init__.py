"""RED metrics from Prometheus: what NGF's data planes really expose, per edition."""
