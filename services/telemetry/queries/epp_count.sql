-- How many requests endpoint pickers had, and of how many the score of each candidate was logged. A
-- request has several rows; hashes of ids are counted, which takes a quarter of the time of ids.
SELECT
    uniqExact(request) AS decisions,
    uniqExactIf(request, scored) AS scored,
    max(timestamp) AS newest
FROM
(
    SELECT sipHash64(cluster_name, request_id) AS request, timestamp, false AS scored
    FROM $ngf_epp_decisions
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND request_id != '' $where
    UNION ALL
    SELECT sipHash64(cluster_name, request_id), timestamp, message = 'Calculated score'
    FROM $ngf_epp_events
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND message IN ('EPP received request', 'Calculated score') $where
)
