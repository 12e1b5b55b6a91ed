"""The traffic of a cluster: rate, errors, duration, from access logs and from Prometheus."""
