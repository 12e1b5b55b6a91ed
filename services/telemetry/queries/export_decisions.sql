-- Decisions of endpoint pickers, a row a request: what its spans and log lines tell, null where none
-- tells. A span of a profile has no request id; the trace leads to it. A request is of when it is first
-- told of; the rest of it may come just after the range.
SELECT
    d.timestamp AS timestamp, d.cluster_name AS cluster_name, d.namespace AS namespace, d.picker AS picker,
    if(d.pool_name != '', d.pool_name, p.pool_name) AS pool_name, d.request_id AS request_id, d.trace_id AS trace_id,
    d.selected_pod AS selected_pod, d.outcome AS outcome, d.reason AS reason,
    d.incoming_model AS incoming_model, if(isNull(d.target_model), p.target_model, d.target_model) AS target_model,
    d.objective AS objective, d.priority AS priority,
    p.top_endpoints AS top_endpoints, p.top_scores AS top_scores, p.candidates_considered AS candidates_considered,
    p.decision_latency_us AS decision_latency_us, d.evidence AS evidence
FROM
(
    SELECT
        min(timestamp) AS timestamp, cluster_name, namespace, picker, request_id,
        max(e.pool_name) AS pool_name, max(e.trace_id) AS trace_id, anyLast(e.selected_pod) AS selected_pod,
        anyIf(toNullable(toString(e.evidence)), e.evidence IN ('handled', 'refused', 'dropped')) AS outcome,
        anyLast(e.reason) AS reason, anyLast(e.incoming_model) AS incoming_model, anyLast(e.target_model) AS target_model,
        anyLast(e.objective) AS objective, anyLast(e.priority) AS priority,
        arraySort(groupUniqArray(toString(e.evidence))) AS evidence
    FROM $ngf_epp_decisions AS e
    WHERE $scope
        AND e.timestamp >= {from:DateTime64(3, 'UTC')} - toIntervalMinute(1) AND e.timestamp < {to:DateTime64(3, 'UTC')} + toIntervalMinute(1)
        AND request_id != '' $where
    GROUP BY cluster_name, namespace, picker, request_id
    HAVING min(e.timestamp) >= {from:DateTime64(3, 'UTC')} AND min(e.timestamp) < {to:DateTime64(3, 'UTC')}
) AS d
LEFT JOIN
(
    SELECT
        cluster_name, trace_id, max(f.pool_name) AS pool_name, anyLast(f.target_model) AS target_model,
        argMax(f.top_endpoints, length(f.top_endpoints)) AS top_endpoints, argMax(f.top_scores, length(f.top_scores)) AS top_scores,
        anyLast(f.candidates_considered) AS candidates_considered, anyLast(f.decision_latency_us) AS decision_latency_us
    FROM $ngf_epp_decisions AS f
    WHERE $scope
        AND f.timestamp >= {from:DateTime64(3, 'UTC')} - toIntervalMinute(1) AND f.timestamp < {to:DateTime64(3, 'UTC')} + toIntervalMinute(1)
        AND evidence = 'profile' AND trace_id != '' $where
    GROUP BY cluster_name, trace_id
) AS p ON p.cluster_name = d.cluster_name AND p.trace_id = d.trace_id
