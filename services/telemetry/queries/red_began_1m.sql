-- The first minute with a line of each cluster.
SELECT cluster_name AS cluster, min(window_start) AS began
FROM $ngf_metrics_1m
WHERE $scope
    AND toStartOfHour(window_start) >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
    AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
GROUP BY cluster
