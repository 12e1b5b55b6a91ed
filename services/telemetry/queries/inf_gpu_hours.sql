-- Minutes for which GPUs were there, and those in which they were idle: their mean below a threshold.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    cluster_name AS cluster,
    of_namespace,
    pool,
    type,
    count() AS minutes,
    countIf(isNotNull(util)) AS measured_minutes,
    countIf(util < {idle_below:Float64}) AS idle_minutes,
    uniqExact(gpu_uuid) AS devices,
    max(minute_newest) AS newest
FROM
(
    SELECT
        cluster_name, gpu_uuid, toStartOfMinute(timestamp) AS minute,
        argMax(namespace, timestamp) AS of_namespace,
        argMax(of_pool, timestamp) AS pool,
        argMax(toString(gpu_type), timestamp) AS type,
        avg(gpu_util_pct) AS util,
        max(timestamp) AS minute_newest
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND gpu_uuid != '' $where
    GROUP BY cluster_name, gpu_uuid, minute
)
GROUP BY cluster, of_namespace, pool, type
ORDER BY cluster, of_namespace, pool, type
