-- How busy GPUs were in each bucket of time: mean of the means of the devices.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    at, cluster, of_namespace, pool,
    avg(util) AS busy,
    sum(watts) AS power,
    count() AS devices,
    max(device_newest) AS newest
FROM
(
    SELECT
        toDateTime64(intDiv(toUnixTimestamp(timestamp), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS at,
        if({by_pool:Bool}, cluster_name, '') AS cluster,
        if({by_pool:Bool}, namespace, '') AS of_namespace,
        if({by_pool:Bool}, of_pool, '') AS pool,
        cluster_name,
        gpu_uuid,
        avg(gpu_util_pct) AS util,
        avg(gpu_power_w) AS watts,
        max(timestamp) AS device_newest
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND gpu_uuid != '' $where
    GROUP BY at, cluster, of_namespace, pool, cluster_name, gpu_uuid
)
GROUP BY at, cluster, of_namespace, pool
ORDER BY cluster, of_namespace, pool, at
