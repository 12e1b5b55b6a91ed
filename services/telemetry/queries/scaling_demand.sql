-- Requests that wait in a pool's engines, on average of a pod, over time.
SELECT
    toStartOfInterval(m.timestamp, toIntervalSecond({step:UInt32})) AS bucket,
    avg(queue_depth) AS waiting,
    max(m.timestamp) AS newest
FROM $ngf_pod_metrics AS m
WHERE $scope AND m.timestamp >= {from:DateTime64(3,'UTC')} AND m.timestamp < {to:DateTime64(3,'UTC')}
    AND queue_depth IS NOT NULL $where
GROUP BY bucket
ORDER BY bucket
LIMIT {most:UInt32}
