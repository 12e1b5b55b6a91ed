-- What pickers told of each request in a short stretch of time, put together, the oldest first.
SELECT
    cluster_name, namespace, picker, request_id,
    min(d.timestamp) AS first,
    max(pool_name) AS pool,
    arraySort(groupUniqArray(evidence)) AS told,
    any(selected_pod) AS pod,
    any(reason) AS why,
    any(incoming_model) AS incoming,
    any(target_model) AS model,
    any(objective) AS goal,
    any(priority) AS rank,
    anyIf(top_endpoints, notEmpty(top_endpoints)) AS endpoints,
    anyIf(top_scores, notEmpty(top_endpoints)) AS scores,
    any(queue_depth) AS queue,
    any(kv_cache_pct) AS kv,
    any(prefix_cache_hit) AS hit,
    any(candidates_considered) AS candidates,
    any(decision_latency_us) AS latency
FROM $ngf_epp_decisions AS d
WHERE $scope AND d.timestamp >= {from:DateTime64(3,'UTC')} AND d.timestamp < {to:DateTime64(3,'UTC')} $where
GROUP BY cluster_name, namespace, picker, request_id
ORDER BY first, request_id
LIMIT {most:UInt32}
