-- What engine pods read last, each reading by itself. Ranks that came in parts are added.
SELECT
    cluster_name AS cluster,
    namespace,
    of_pool AS pool,
    pod_name AS pod,
    argMax(node, timestamp) AS last_node,
    argMax(engine, timestamp) AS last_engine,
    argMaxIf(model, timestamp, model != '') AS last_model,
    argMax(waiting, timestamp) AS last_waiting,
    argMax(running, timestamp) AS last_running,
    argMax(kv, timestamp) AS last_kv,
    argMax(hits, timestamp) AS last_hits,
    max(timestamp) AS newest
FROM
(
    SELECT
        timestamp, cluster_name, namespace, pod_name,
        if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool,
        max(node_name) AS node,
        max(source) AS engine,
        max(model_name) AS model,
        sum(queue_depth) AS waiting,
        sum(requests_in_flight) AS running,
        avg(kv_cache_util_pct) AS kv,
        avg(prefix_cache_hit_pct) AS hits
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND source IN ('vllm', 'sglang', 'triton', 'tgi') AND gpu_uuid = '' $where
    GROUP BY timestamp, cluster_name, namespace, of_pool, pod_name
)
GROUP BY cluster, namespace, pool, pod
ORDER BY cluster, namespace, pool, pod
LIMIT 10000
