-- Spans.
SELECT
    toDateTime64(Timestamp, 3, 'UTC') AS timestamp, toUnixTimestamp64Nano(Timestamp) % 1000000 AS nanoseconds, cluster_name, namespace, pod_name,
    if(pool_name = '', '', concat(namespace, '/', pool_name)) AS pool,
    ServiceName AS service, SpanName AS name, SpanKind AS kind,
    if(StatusCode = 'Error', 'error', 'ok') AS status, StatusMessage AS status_message, Duration / 1e6 AS duration_ms,
    TraceId AS trace_id, SpanId AS span_id, ParentSpanId AS parent_span_id, request_id,
    ScopeName AS scope, SpanAttributes AS attributes, ResourceAttributes AS resource,
    arrayMap((at, event, given) -> mapUpdate(given, map('time', toString(at), 'name', toString(event))), Events.Timestamp, Events.Name, Events.Attributes) AS events,
    cityHash64(TraceId, SpanId) AS key
FROM $otel_traces
WHERE $scope
    AND Timestamp >= {from:DateTime64(3, 'UTC')} AND Timestamp < {to:DateTime64(3, 'UTC')} $where
