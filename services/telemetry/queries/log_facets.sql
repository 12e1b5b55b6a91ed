-- The most frequent values of several fields in one reading.
SELECT
    multiIf(
        grouping(status) = 0, 'status', grouping(method) = 0, 'method', grouping(host) = 0, 'host', grouping(path) = 0, 'path',
        grouping(route) = 0, 'route', grouping(upstream_name) = 0, 'upstream_name', grouping(upstream_addr) = 0, 'upstream_addr', 'cluster_name') AS field,
    multiIf(
        field = 'status', toString(status), field = 'method', toString(method), field = 'host', toString(host), field = 'path', path,
        field = 'route', toString(route), field = 'upstream_name', toString(upstream_name), field = 'upstream_addr', toString(upstream_addr), toString(cluster_name)) AS value,
    count() AS lines
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
GROUP BY GROUPING SETS ((status), (method), (host), (path), (route), (upstream_name), (upstream_addr), (cluster_name))
ORDER BY lines DESC, value
LIMIT {limit:UInt32} BY field
