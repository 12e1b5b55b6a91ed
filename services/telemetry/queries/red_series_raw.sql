-- The same as red_series in buckets of seconds, from the lines themselves.
SELECT
    if({by:String} IN ('', 'status_class'), '', cluster_name) AS cluster,
    if({by:String} IN ('gateway', 'route') AND NOT has({named:Array(String)}, concat(cluster_name, ' ', label)), NULL, label) AS name,
    toDateTime64(intDiv(toUnixTimestamp(timestamp), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS bucket,
    count() AS requests,
    countIf(status_class = '5xx') AS failures,
    countIf(status_class = '4xx') AS client_errors,
    max(timestamp) AS newest,
    if(count(latency_ms) = 0, [], quantilesExact(0.5, 0.95, 0.99)(assumeNotNull(latency_ms))) AS percentiles
FROM
(
    SELECT
        timestamp, cluster_name, status_class, latency_ms,
        multiIf(
            {by:String} = 'gateway', concat(namespace, '/', gateway),
            {by:String} = 'route', route,
            {by:String} = 'status_class', status_class, '') AS label
    FROM $ngf_access_logs
    WHERE $scope
        AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
) AS lines
GROUP BY cluster, name, bucket
ORDER BY cluster, name, bucket
