-- The lines that took longest. The longest times are found first; only their lines are read whole.
SELECT timestamp, cluster_name, namespace, gateway, route, method, host, path, status, latency_ms, upstream_latency_ms, upstream_addr, request_id
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
    AND latency_ms IS NOT NULL
ORDER BY latency_ms DESC
LIMIT {limit:UInt32}
