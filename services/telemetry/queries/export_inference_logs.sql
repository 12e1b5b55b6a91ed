-- Requests at the engines as they are kept.
SELECT
    timestamp, cluster_name, namespace, inference_pool, source, model_name, model_version, pod_name, node_name, gpu_id, gpu_type,
    request_id, trace_id, time_to_first_token_ms, time_in_queue_ms, total_inference_time_ms,
    tokens_generated, input_tokens, output_tokens, tokens_per_second,
    epp_selected_reason, epp_decision_latency_us, queue_depth_at_selection, kv_cache_pct_at_selection, prefix_cache_hit,
    candidate_pods_considered, gpu_utilization_pct, gpu_memory_used_mb, gpu_memory_total_mb, gpu_temperature_c,
    pool_replica_count, pool_target_replica_count, status, client_ip, path, method, request_size, response_size,
    xc_edge_latency_ms, xc_waf_action, xc_bot_classification
FROM $ngf_inference_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
