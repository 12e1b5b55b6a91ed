-- How busy GPUs were in each bucket of time, and what share of their memory was in use: each minute of
-- each device counts the same.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    toDateTime64(intDiv(toUnixTimestamp(minute), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS at,
    cluster, of_namespace, pool,
    avg(util) AS busy,
    groupUniqArrayArray(device_sources) AS sources,
    100 * sum(used) / nullIf(sum(total), 0) AS memory,
    max(device_newest) AS newest
FROM
(
    SELECT
        toStartOfMinute(timestamp) AS minute,
        if({by_pool:Bool}, cluster_name, '') AS cluster,
        if({by_pool:Bool}, namespace, '') AS of_namespace,
        if({by_pool:Bool}, of_pool, '') AS pool,
        cluster_name,
        gpu_uuid,
        avg(gpu_util_pct) AS util,
        groupUniqArray(toString(source)) AS device_sources,
        avgIf(gpu_mem_used_mb, isNotNull(gpu_mem_total_mb)) AS used,
        avgIf(gpu_mem_total_mb, isNotNull(gpu_mem_used_mb)) AS total,
        max(timestamp) AS device_newest
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND gpu_uuid != '' $where
    GROUP BY minute, cluster, of_namespace, pool, cluster_name, gpu_uuid
)
GROUP BY at, cluster, of_namespace, pool
ORDER BY cluster, of_namespace, pool, at
