-- Readings of pods and devices as they are kept.
SELECT
    timestamp, cluster_name, namespace, pool_name, pod_name, node_name, source, model_name, gpu_id, gpu_uuid, gpu_type,
    queue_depth, requests_in_flight, kv_cache_util_pct, prefix_cache_hit_pct, gpu_util_pct, gpu_mem_used_mb, gpu_mem_free_mb,
    gpu_mem_reserved_mb, gpu_mem_total_mb, gpu_temperature_c, gpu_power_w, gpu_xid, connections_active
FROM $ngf_pod_metrics
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
