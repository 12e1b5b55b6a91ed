-- What pickers told of each request in a short stretch of time, put together, the oldest first: those
-- that follow a given one. A span of a profile has no request id; the trace leads to it.
SELECT
    r.cluster_name AS cluster_name, r.namespace AS namespace, r.picker AS picker, r.request_id AS request_id,
    r.first AS first, r.pool AS pool,
    if(isNull(p.latency), r.told, arraySort(arrayPushBack(r.told, 'profile'))) AS told,
    r.pod AS pod, r.why AS why, r.incoming AS incoming, r.model AS model, r.goal AS goal, r.rank AS rank,
    r.picks AS picks, r.endpoints AS endpoints, r.scores AS scores,
    r.queue AS queue, r.kv AS kv, r.hit AS hit, r.candidates AS candidates,
    p.latency AS latency
FROM
(
    SELECT
        cluster_name, namespace, picker, request_id,
        min(d.timestamp) AS first,
        max(pool_name) AS pool,
        max(d.trace_id) AS trace,
        arraySort(groupUniqArray(toString(evidence))) AS told,
        any(selected_pod) AS pod,
        any(reason) AS why,
        any(incoming_model) AS incoming,
        any(target_model) AS model,
        any(objective) AS goal,
        any(priority) AS rank,
        countIf(evidence = 'pick') AS picks,
        anyIf(top_endpoints, notEmpty(top_endpoints)) AS endpoints,
        anyIf(top_scores, notEmpty(top_endpoints)) AS scores,
        any(queue_depth) AS queue,
        any(kv_cache_pct) AS kv,
        any(prefix_cache_hit) AS hit,
        any(candidates_considered) AS candidates
    FROM $ngf_epp_decisions AS d
    WHERE $scope AND d.timestamp >= {from:DateTime64(3,'UTC')} AND d.timestamp < {to:DateTime64(3,'UTC')}
        AND request_id != '' $where
    GROUP BY cluster_name, namespace, picker, request_id
    HAVING (first, cluster_name, namespace, picker, request_id)
        > ({after_first:DateTime64(3,'UTC')}, {after_cluster_name:String}, {after_namespace:String}, {after_picker:String}, {after_request_id:String})
    ORDER BY first, cluster_name, namespace, picker, request_id
    LIMIT {most:UInt32}
) AS r
LEFT JOIN
(
    SELECT cluster_name, f.trace_id AS trace, anyLast(decision_latency_us) AS latency
    FROM $ngf_epp_decisions AS f
    WHERE $scope AND f.timestamp >= {from:DateTime64(3,'UTC')} AND f.timestamp < {to:DateTime64(3,'UTC')}
        AND evidence = 'profile' AND f.trace_id != '' $where
    GROUP BY cluster_name, trace
) AS p ON p.cluster_name = r.cluster_name AND p.trace = r.trace
ORDER BY first, cluster_name, namespace, picker, request_id
