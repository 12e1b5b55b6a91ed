-- What scaled a pool over time: the mean of each metric in a bucket, and the last sizes in it.
SELECT
    toStartOfInterval(s.timestamp, toIntervalSecond({step:UInt32})) AS bucket,
    target_kind, target_name, metric,
    any(per) AS per,
    avg(value) AS value,
    argMax(target, s.timestamp) AS target,
    argMax(replicas, s.timestamp) AS replicas,
    argMax(desired_replicas, s.timestamp) AS desired,
    argMax(ready_replicas, s.timestamp) AS ready,
    argMax(min_replicas, s.timestamp) AS least,
    argMax(max_replicas, s.timestamp) AS most,
    max(s.timestamp) AS newest
FROM $ngf_scaling_samples AS s
WHERE $scope AND s.timestamp >= {from:DateTime64(3,'UTC')} AND s.timestamp < {to:DateTime64(3,'UTC')} $where
GROUP BY bucket, target_kind, target_name, metric
ORDER BY target_kind, target_name, metric, bucket
LIMIT {most:UInt32}
