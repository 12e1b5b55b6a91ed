-- One request by its id, on each cluster that tells of it.
SELECT
    cluster_name,
    request_id,
    min(timestamp) AS first,
    max(timestamp) AS last,
    max(namespace) AS namespace,
    max(pool_name) AS pool_name,
    max(picker) AS picker,
    groupUniqArrayIf(trace_id, trace_id != '') AS traces
FROM
(
    SELECT cluster_name, timestamp, namespace, pool_name, picker, request_id, trace_id
    FROM $ngf_epp_decisions
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND request_id = {id:String} $where
    UNION ALL
    SELECT cluster_name, timestamp, namespace, pool_name, picker, request_id, ''
    FROM $ngf_epp_events
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND request_id = {id:String} $where
)
GROUP BY cluster_name, request_id
ORDER BY last DESC
LIMIT 10
