-- The newest reading of each pod and of each of its devices; argMax leaves out what is null.
SELECT
    cluster_name, namespace, pool_name, pod_name, gpu_id,
    max(m.timestamp) AS newest,
    argMax(node_name, m.timestamp) AS node,
    argMax(gpu_type, m.timestamp) AS type,
    argMax(queue_depth, m.timestamp) AS queue,
    argMax(requests_in_flight, m.timestamp) AS running,
    argMax(kv_cache_util_pct, m.timestamp) AS kv,
    argMax(prefix_cache_hit_pct, m.timestamp) AS hits,
    argMax(gpu_util_pct, m.timestamp) AS busy,
    argMax(gpu_mem_used_mb, m.timestamp) AS used,
    argMax(gpu_mem_total_mb, m.timestamp) AS total,
    argMax(gpu_temperature_c, m.timestamp) AS temperature
FROM $ngf_pod_metrics AS m
WHERE $scope AND m.timestamp >= {from:DateTime64(3,'UTC')} AND m.timestamp < {to:DateTime64(3,'UTC')} $where
GROUP BY cluster_name, namespace, pool_name, pod_name, gpu_id
ORDER BY cluster_name, namespace, pool_name, pod_name, gpu_id
LIMIT {most:UInt32}
