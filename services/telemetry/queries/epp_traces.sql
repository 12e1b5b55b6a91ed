-- Traces of requests that got no endpoint: of those only the filters' span names the request.
SELECT DISTINCT TraceId AS trace_id
FROM $otel_traces
WHERE $scope AND Timestamp >= {from:DateTime64(3, 'UTC')} AND Timestamp < {to:DateTime64(3, 'UTC')}
    AND SpanName = 'filter_endpoints' AND SpanAttributes['gen_ai.request.id'] IN {ids:Array(String)}
LIMIT 1000
