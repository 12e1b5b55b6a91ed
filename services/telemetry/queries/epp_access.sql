-- What gateways logged of requests.
SELECT
    x_request_id AS request_id,
    toUnixTimestamp64Milli(timestamp) * 1000000 AS at,
    status,
    upstream_addr,
    picked,
    latency_ms,
    upstream_header_ms AS first_byte_ms
FROM $ngf_access_logs
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
    AND x_request_id IN {ids:Array(String)}
