-- Log lines of endpoint pickers about requests. Those that end one tell its outcome.
SELECT
    toDateTime64(e.timestamp, 3, 'UTC') AS timestamp, toUnixTimestamp64Micro(e.timestamp) % 1000 AS microseconds, cluster_name, namespace, picker,
    if(pool_name = '', '', concat(namespace, '/', pool_name)) AS pool,
    request_id, message,
    transform(message, ['Request handled', 'Error handling request', 'Failed to process request'], ['handled', 'refused', 'dropped'], '') AS outcome,
    if(message = 'Request handled', fields['endpoint'], '') AS endpoint, fields['error'] AS error, fields,
    cityHash64(e.timestamp, picker, request_id, message, toString(fields)) AS key
FROM $ngf_epp_events AS e
WHERE $scope
    AND e.timestamp >= {from:DateTime64(3, 'UTC')} AND e.timestamp < {to:DateTime64(3, 'UTC')} $where
