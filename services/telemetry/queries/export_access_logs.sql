-- Access logs as they are kept.
SELECT
    timestamp, cluster_name, namespace, gateway, pod_name, listener, route, rule, route_source,
    CAST(route_candidates, 'Array(String)') AS route_candidates, scheme, host, method, path, protocol,
    status, grpc_status, status_class, completion, latency_ms, upstream_latency_ms, upstream_connect_ms, upstream_header_ms,
    request_size, response_size, upstream_name, upstream_addr, upstream_status, upstream_attempts, picked, client_ip, user_agent,
    request_id, x_request_id, trace_id, tls_version, tls_cipher,
    waf_action, waf_violation_rating, CAST(waf_signatures, 'Array(String)') AS waf_signatures, bot_classification, xc_edge_latency_ms
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
