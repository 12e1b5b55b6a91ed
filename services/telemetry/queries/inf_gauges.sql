-- What engine pods read in each bucket of time: pools as a whole, or pod by pod. Ranks that came in
-- parts are added at their instant; a pod's mean over the bucket is what is averaged and added.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    at,
    cluster,
    of_namespace,
    pool,
    if({by_pod:Bool}, pod, '') AS named_pod,
    sum(pod_waiting) AS waiting,
    avg(pod_waiting) AS waiting_mean,
    max(pod_waiting_max) AS waiting_max,
    sum(pod_running) AS running,
    avg(pod_kv) AS kv,
    max(pod_kv_max) AS kv_max,
    avg(pod_hits) AS hits,
    uniqExact(cluster, of_namespace, pod) AS pods,
    groupUniqArrayArray(pod_sources) AS sources,
    max(pod_newest) AS newest
FROM
(
    SELECT
        toDateTime64(intDiv(toUnixTimestamp(timestamp), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS at,
        cluster, of_namespace, pool, pod,
        avg(waiting_then) AS pod_waiting,
        max(waiting_then) AS pod_waiting_max,
        avg(running_then) AS pod_running,
        avg(kv_then) AS pod_kv,
        max(kv_then) AS pod_kv_max,
        avg(hits_then) AS pod_hits,
        groupUniqArrayArray(sources_then) AS pod_sources,
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
            groupUniqArray(toString(source)) AS sources_then
        FROM $ngf_pod_metrics
        WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
            AND source IN ('vllm', 'sglang', 'triton', 'tgi') AND gpu_uuid = '' $where
        GROUP BY timestamp, cluster, of_namespace, pool, pod
    )
    GROUP BY at, cluster, of_namespace, pool, pod
)
GROUP BY at, cluster, of_namespace, pool, named_pod
ORDER BY cluster, of_namespace, pool, named_pod, at
LIMIT 100000
