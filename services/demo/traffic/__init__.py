"""What the clusters of a demo would send: access logs, spans, metrics, all of one simulated load.

Nothing here writes a table. Clients call (``rhythm``, ``flows``, ``web``, ``requests``), NGINX
balances and retries (``upstreams``), pickers choose (``picking``), engines queue, prefill and
decode (``engines``), GPUs get warm (``gpus``), an autoscaler reacts (``autoscaling``), and now and
then something goes wrong (``incidents``). What each part would tell about that is written as it
would tell it: lines (``access_log``, ``picker_logs``), spans (``picker_spans``, ``engine_spans``)
and series that are scraped (``series`` and the modules named ``..._metrics``). ``clusters`` puts
that of one cluster together as OTLP requests, ``generator`` those of the fleet, and ``live`` hands
them to the intake that also takes those of real agents.

There is one clock: ``advance`` says until when to simulate. The same seed, the same origin and the
same objects give the same bytes.
"""
