-- What endpoint pickers read of their pools last, each reading by itself.
SELECT
    cluster_name AS cluster,
    namespace,
    pool_name AS of_pool,
    argMax(m.ready_endpoints, timestamp) AS last_ready,
    argMax(m.queue_size, timestamp) AS last_queue,
    argMax(m.running, timestamp) AS last_running,
    argMax(m.kv_cache_pct, timestamp) AS last_kv,
    argMax(m.saturation, timestamp) AS last_saturation,
    max(timestamp) AS newest
FROM $ngf_picker_metrics AS m
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} AND pool_name != '' $where
GROUP BY cluster, namespace, of_pool
ORDER BY cluster, namespace, of_pool
LIMIT 10000
