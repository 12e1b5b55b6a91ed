-- What engine pods read in each bucket of time: pools as a whole, or pod by pod. Ranks that came in
-- parts are added at their instant. Pods are put together minute by minute, and minutes then averaged:
-- those that followed one another were not there at once. A minute of a pod that was read stands for
-- those up to the next one that was, at most five.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    toDateTime64(intDiv(toUnixTimestamp(then), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS at,
    cluster,
    of_namespace,
    pool,
    named_pod,
    avg(waiting_each) AS waiting_mean,
    max(waiting_most) AS waiting_max,
    avg(running_all) AS running,
    avg(kv_each) AS kv,
    max(kv_most) AS kv_max,
    avg(hits_each) AS hits,
    max(there) AS pods,
    groupUniqArrayArray(told_by) AS sources,
    max(newest_then) AS newest
FROM
(
    SELECT
        minute + toIntervalMinute(later) AS then, cluster, of_namespace, pool,
        if({by_pod:Bool}, pod, '') AS named_pod,
        avg(pod_waiting) AS waiting_each,
        max(pod_waiting_max) AS waiting_most,
        sum(pod_running) AS running_all,
        avg(pod_kv) AS kv_each,
        max(pod_kv_max) AS kv_most,
        avg(pod_hits) AS hits_each,
        count() AS there,
        groupUniqArray(toString(engine)) AS told_by,
        max(pod_newest) AS newest_then
    FROM
    (
        SELECT
            *,
            leadInFrame(minute) OVER (PARTITION BY cluster, of_namespace, pool, pod ORDER BY minute ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS following
        FROM
        (
            SELECT
                toStartOfMinute(timestamp) AS minute, cluster, of_namespace, pool, pod,
                avg(waiting_then) AS pod_waiting,
                max(waiting_then) AS pod_waiting_max,
                avg(running_then) AS pod_running,
                avg(kv_then) AS pod_kv,
                max(kv_then) AS pod_kv_max,
                avg(hits_then) AS pod_hits,
                max(engine_then) AS engine,
                max(timestamp) AS pod_newest
            FROM
            (
                SELECT
                    timestamp,
                    if({by_pool:Bool}, cluster_name, '') AS cluster,
                    if({by_pool:Bool}, namespace, '') AS of_namespace,
                    if({by_pool:Bool}, of_pool, '') AS pool,
                    if({by_pool:Bool}, toString(pod_name), concat(cluster_name, '/', namespace, '/', pod_name)) AS pod,
                    sum(queue_depth) AS waiting_then,
                    sum(requests_in_flight) AS running_then,
                    avg(kv_cache_util_pct) AS kv_then,
                    avg(prefix_cache_hit_pct) AS hits_then,
                    max(source) AS engine_then
                FROM $ngf_pod_metrics
                WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
                    AND source IN ('vllm', 'sglang', 'triton', 'tgi') AND gpu_uuid = '' $where
                GROUP BY timestamp, cluster, of_namespace, pool, pod
            )
            GROUP BY minute, cluster, of_namespace, pool, pod
        )
    )
    ARRAY JOIN range(if(following > minute, least(5, date_diff('minute', minute, following)), 1)) AS later
    GROUP BY then, cluster, of_namespace, pool, named_pod
)
GROUP BY at, cluster, of_namespace, pool, named_pod
ORDER BY cluster, of_namespace, pool, named_pod, at
LIMIT 100000
