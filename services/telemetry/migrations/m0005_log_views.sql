-- From log records and spans to requests and decisions. Which cluster sent a row is said by the
-- resource attribute cluster_name, which the hub sets from who proved to be the sender.
-- Lists of NGINX ("a, b" of several attempts, "x : y" across an internal redirect) hold "-" for an
-- attempt without a value; an empty string is no value, and neither is a time that no request takes.

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_access_mv $on_cluster TO $db.ngf_access_logs AS
WITH
    LogAttributes AS a,
    (list -> if(list = '', [], splitByRegexp('(, )|( : )', list))) AS by_attempt,
    (seconds -> if(toFloat64OrNull(seconds) BETWEEN 0 AND 1e6, toFloat32(1000 * toFloat64OrNull(seconds)), NULL)) AS as_ms,
    by_attempt(a['uaddr']) AS attempts,
    multiIf(a['route_var'] NOT IN ('', '-'), a['route_var'], a['route_hdr'] NOT IN ('', '-'), a['route_hdr'], '') AS marker
SELECT
    toDateTime64(Timestamp, 3, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    ResourceAttributes['k8s.namespace.name'] AS namespace,
    ResourceAttributes['ngf.gateway'] AS gateway,
    ResourceAttributes['k8s.pod.name'] AS pod_name,
    a['port'] AS listener,
    arrayStringConcat(arraySlice(splitByChar('/', marker), 1, 2), '/') AS route,
    splitByChar('/', marker)[3] AS rule,
    multiIf(a['route_var'] NOT IN ('', '-'), 'variable', a['route_hdr'] NOT IN ('', '-'), 'header', '') AS route_source,
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
WHERE LogAttributes['log'] = 'ngf_access' AND status != 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_epp_events_mv $on_cluster TO $db.ngf_epp_events AS
SELECT
    toDateTime64(Timestamp, 6, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    ResourceAttributes['k8s.namespace.name'] AS namespace,
    replaceRegexpOne(ResourceAttributes['k8s.pod.name'], '-[0-9a-z]{6,10}-[0-9a-z]{5}$$', '') AS picker,
    ResourceAttributes['ngf.inference_pool'] AS pool_name,
    LogAttributes['x-request-id'] AS request_id,
    LogAttributes['msg'] AS message,
    mapFilter((k, v) -> k NOT IN ('x-request-id', 'msg', 'ngf.log'), LogAttributes) AS fields
FROM $db.otel_logs
WHERE LogAttributes['ngf.log'] = 'epp' AND LogAttributes['x-request-id'] != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_epp_decisions_log_mv $on_cluster TO $db.ngf_epp_decisions AS
SELECT
    toDateTime64(e.timestamp, 3, 'UTC') AS timestamp,
    cluster_name, namespace, picker, pool_name, request_id,
    multiIf(message = 'Request handled', 'handled', message = 'Error handling request', 'refused', 'dropped') AS evidence,
    nullIf(fields['endpoint'], '') AS selected_pod,
    nullIf(fields['error'], '') AS reason,
    nullIf(fields['incomingModelName'], '') AS incoming_model,
    nullIf(if(fields['targetModel'] != '', fields['targetModel'], fields['targetModelName']), '') AS target_model,
    nullIf(fields['objectiveKey'], '') AS objective,
    toInt32OrNull(fields['priority']) AS priority
FROM $db.ngf_epp_events AS e
WHERE message IN ('Request handled', 'Error handling request', 'Failed to process request');

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_epp_decisions_span_mv $on_cluster TO $db.ngf_epp_decisions AS
SELECT
    toDateTime64(Timestamp, 3, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    ResourceAttributes['k8s.namespace.name'] AS namespace,
    replaceRegexpOne(ResourceAttributes['k8s.pod.name'], '-[0-9a-z]{6,10}-[0-9a-z]{5}$$', '') AS picker,
    ResourceAttributes['ngf.inference_pool'] AS pool_name,
    SpanAttributes['gen_ai.request.id'] AS request_id,
    TraceId AS trace_id,
    if(SpanName = 'pick_endpoints', 'pick', 'profile') AS evidence,
    nullIf(SpanAttributes['gen_ai.request.model'], '') AS target_model,
    JSONExtract(SpanAttributes['llm_d.epp.picker.top_endpoints'], 'Array(String)') AS top_endpoints,
    JSONExtract(SpanAttributes['llm_d.epp.picker.top_scores'], 'Array(Float64)') AS top_scores,
    toUInt16OrNull(SpanAttributes['llm_d.epp.picker.candidate_endpoints']) AS candidates_considered,
    if(SpanName = 'run_scheduler_profile', Duration / 1000, NULL) AS decision_latency_us
FROM $db.otel_traces
WHERE SpanName = 'run_scheduler_profile' OR (SpanName = 'pick_endpoints' AND SpanAttributes['gen_ai.request.id'] != '');

-- A request as its engine tells it, in vLLM's span. The engine puts a prefix before the request id and,
-- where one request may have several prompts, a number behind it.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_inference_mv $on_cluster TO $db.ngf_inference_logs AS
WITH
    SpanAttributes AS a,
    a['gen_ai.request.id'] AS id,
    (seconds -> if(toFloat64OrNull(seconds) BETWEEN 0 AND 1e6, toFloat32(1000 * toFloat64OrNull(seconds)), NULL)) AS as_ms,
    -- The first token is there when the others begin to come.
    1000 * (tokens_generated - 1) / nullIf(total_inference_time_ms - time_to_first_token_ms, 0) AS rate
SELECT
    toDateTime64(Timestamp, 3, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    ResourceAttributes['k8s.namespace.name'] AS namespace,
    ResourceAttributes['ngf.inference_pool'] AS inference_pool,
    'engine span' AS source,
    if(a['gen_ai.response.model'] != '', a['gen_ai.response.model'], a['gen_ai.request.model']) AS model_name,
    ResourceAttributes['k8s.pod.name'] AS pod_name,
    ResourceAttributes['k8s.node.name'] AS node_name,
    if(startsWith(id, 'chatcmpl-'), substring(id, 10), replaceRegexpOne(id, '^cmpl-(.*)-[0-9]+$$', '\\1')) AS request_id,
    TraceId AS trace_id,
    as_ms(a['gen_ai.latency.time_to_first_token']) AS time_to_first_token_ms,
    as_ms(a['gen_ai.latency.time_in_queue']) AS time_in_queue_ms,
    as_ms(a['gen_ai.latency.e2e']) AS total_inference_time_ms,
    toUInt32OrNull(a['gen_ai.usage.completion_tokens']) AS tokens_generated,
    toUInt32OrNull(a['gen_ai.usage.prompt_tokens']) AS input_tokens,
    toUInt32OrNull(a['gen_ai.usage.completion_tokens']) AS output_tokens,
    if(tokens_generated > 1 AND rate BETWEEN 0 AND 1e6, toFloat32(rate), NULL) AS tokens_per_second
FROM $db.otel_traces
WHERE SpanName = 'llm_request' AND a['gen_ai.latency.e2e'] != '';
