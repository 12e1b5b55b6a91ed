-- The same as red_table for a window that is shorter than minutes tell, from the lines themselves.
SELECT
    if({by:String} = '', '', cluster_name) AS cluster,
    if({by:String} = 'gateway', namespace, '') AS of_namespace,
    if({by:String} = 'gateway', gateway, '') AS of_gateway,
    if({by:String} = 'route', route, '') AS of_route,
    count() AS requests,
    countIf(status_class = '5xx') AS failures,
    countIf(status_class = '4xx') AS client_errors,
    count(latency_ms) AS timed,
    sum(toFloat64(ifNull(latency_ms, 0))) AS latency_sum,
    sum(response_size) AS bytes,
    max(timestamp) AS newest,
    if(timed = 0, [], quantilesExact(0.5, 0.95, 0.99)(assumeNotNull(latency_ms))) AS percentiles
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
GROUP BY cluster, of_namespace, of_gateway, of_route
ORDER BY requests DESC, cluster, of_namespace, of_gateway, of_route
LIMIT {limit:UInt32}
