-- How many requests endpoint pickers had, and of how many the score of each candidate was logged.
SELECT
    uniqExact(cluster_name, request_id) AS decisions,
    uniqExactIf((cluster_name, request_id), scored) AS scored,
    max(timestamp) AS newest
FROM
(
    SELECT cluster_name, request_id, timestamp, false AS scored
    FROM $ngf_epp_decisions
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND request_id != '' $where
    UNION ALL
    SELECT cluster_name, request_id, timestamp, message = 'Calculated score'
    FROM $ngf_epp_events
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND message IN ('EPP received request', 'Calculated score') $where
)
