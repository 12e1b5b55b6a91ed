-- Spans of endpoint pickers, by trace.
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    ParentSpanId AS parent_id,
    SpanName AS name,
    toUnixTimestamp64Nano(Timestamp) AS start,
    Duration AS duration,
    SpanAttributes AS attributes,
    if(StatusCode = 'Error', StatusMessage, '') AS error
FROM $otel_traces
WHERE $scope AND Timestamp >= {from:DateTime64(3, 'UTC')} AND Timestamp < {to:DateTime64(3, 'UTC')}
    AND TraceId IN {traces:Array(String)}
    AND (SpanName IN ('gateway.request', 'gateway.request_orchestration', 'run_scheduler_profile', 'filter_endpoints', 'llm_d.epp.scoring', 'pick_endpoints')
        OR startsWith(SpanName, 'llm_d.epp.scorer.'))
