-- Pools as they were written down last.
SELECT
    cluster_name AS cluster, namespace, name, model_name, model_version, serving_backend, gpu_type, gpu_count,
    replicas, ready_replicas, min_replicas, max_replicas, status, created_at, updated_at, is_deleted
FROM $ngf_inference_pools FINAL
WHERE $scope AND updated_at >= {from:DateTime64(3, 'UTC')} AND updated_at < {to:DateTime64(3, 'UTC')} $where
ORDER BY name, cluster, namespace
LIMIT 10000
