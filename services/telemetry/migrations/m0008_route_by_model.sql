-- A line without a marker has the route that the model of the Gateway API finds for it, or those that
-- may have taken it: what decides between them is in no log. The console says both when it takes the
-- line in (services/telemetry/attribution.py), and calls it ngf_access_modelled: a view that is there
-- already and was changed would take a batch that comes again for another one.

ALTER TABLE $db.ngf_access_logs $on_cluster
    ADD COLUMN IF NOT EXISTS route_candidates Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER route_source;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_modelled_mv $on_cluster TO $db.ngf_access_logs AS
WITH
    LogAttributes AS a,
    (list -> if(list = '', [], splitByRegexp('(, )|( : )', list))) AS by_attempt,
    (seconds -> if(toFloat64OrNull(seconds) BETWEEN 0 AND 1e6, toFloat32(1000 * toFloat64OrNull(seconds)), NULL)) AS as_ms,
    by_attempt(a['uaddr']) AS attempts,
    a['route_model'] AS marker
SELECT
    toDateTime64(Timestamp, 3, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    ResourceAttributes['k8s.namespace.name'] AS namespace,
    ResourceAttributes['ngf.gateway'] AS gateway,
    ResourceAttributes['k8s.pod.name'] AS pod_name,
    a['port'] AS listener,
    arrayStringConcat(arraySlice(splitByChar('/', marker), 1, 2), '/') AS route,
    splitByChar('/', marker)[3] AS rule,
    if(marker = '', '', 'model') AS route_source,
    if(a['route_candidates'] = '', [], splitByChar(',', a['route_candidates'])) AS route_candidates,
    a['scheme'] AS scheme,
    a['host'] AS host,
    a['method'] AS method,
    a['path'] AS path,
    a['proto'] AS protocol,
    toUInt16OrZero(a['status']) AS status,
    toUInt8OrNull(if(a['grpc_trailer'] NOT IN ('', '-'), a['grpc_trailer'], a['grpc_header'])) AS grpc_status,
    multiIf(
        grpc_status IN (2, 4, 12, 13, 14, 15), '5xx',
        isNotNull(grpc_status) AND grpc_status != 0, '4xx',
        isNotNull(grpc_status), '2xx',
        status < 200, '1xx', status < 300, '2xx', status < 400, '3xx', status < 500, '4xx', '5xx') AS status_class,
    a['completion'] AS completion,
    as_ms(a['rt']) AS latency_ms,
    arrayReduce('sumOrNull', arrayMap(x -> as_ms(x), by_attempt(a['urt']))) AS upstream_latency_ms,
    as_ms(by_attempt(a['uct'])[-1]) AS upstream_connect_ms,
    as_ms(by_attempt(a['uht'])[-1]) AS upstream_header_ms,
    toUInt64OrZero(a['req_len']) AS request_size,
    toUInt64OrZero(a['bytes_sent']) AS response_size,
    a['proxy_host'] AS upstream_name,
    attempts[-1] AS upstream_addr,
    toUInt16OrNull(by_attempt(a['ustatus'])[-1]) AS upstream_status,
    toUInt8(length(attempts)) AS upstream_attempts,
    -- Without an endpoint that is up NGINX writes the upstream's name, which is no address.
    a['proxy_host'] = attempts[-1] AND match(attempts[-1], ':[0-9]+$$') AS picked,
    a['remote_addr'] AS client_ip,
    a['ua'] AS user_agent,
    a['request_id'] AS request_id,
    a['x_request_id'] AS x_request_id,
    if(TraceId != '', TraceId, a['trace_id']) AS trace_id,
    a['tls_version'] AS tls_version,
    a['tls_cipher'] AS tls_cipher,
    a['waf_action'] AS waf_action,
    toFloat32OrNull(a['waf_violation_rating']) AS waf_violation_rating,
    if(a['waf_signatures'] = '', [], splitByChar(',', a['waf_signatures'])) AS waf_signatures,
    a['bot_classification'] AS bot_classification,
    toFloat32OrNull(a['xc_edge_latency_ms']) AS xc_edge_latency_ms
FROM $db.otel_logs
WHERE LogAttributes['log'] = 'ngf_access_modelled' AND status != 0;
