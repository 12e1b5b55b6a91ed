-- Minutes for which GPUs were there, and those in which they were idle: their mean below a threshold. A
-- minute that was read stands for those up to the next one that was, at most five.
WITH
    if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    cluster_name AS cluster,
    of_namespace,
    pool,
    type,
    sum(length) AS minutes,
    sumIf(length, isNotNull(util)) AS measured_minutes,
    sumIf(length, util < {idle_below:Float64}) AS idle_minutes,
    groupUniqArrayArray(minute_sources) AS sources,
    min(toDateTime64(minute, 3, 'UTC')) AS since,
    max(minute_newest) AS newest
FROM
(
    SELECT
        *,
        if(following > minute, least(5, date_diff('minute', minute, following)), 1) AS length
    FROM
    (
        SELECT
            *, leadInFrame(minute) OVER (PARTITION BY cluster_name, gpu_uuid ORDER BY minute ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS following
        FROM
        (
            SELECT
                cluster_name, gpu_uuid, toStartOfMinute(timestamp) AS minute,
                argMax(namespace, timestamp) AS of_namespace,
                argMax(of_pool, timestamp) AS pool,
                argMax(toString(gpu_type), timestamp) AS type,
                avg(gpu_util_pct) AS util,
                groupUniqArray(toString(source)) AS minute_sources,
                max(timestamp) AS minute_newest
            FROM $ngf_pod_metrics
            WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
                AND gpu_uuid != '' $where
            GROUP BY cluster_name, gpu_uuid, minute
        )
    )
)
GROUP BY cluster, of_namespace, pool, type
ORDER BY cluster, of_namespace, pool, type
