-- The first hour with a line of each cluster, looked for from before the window on.
SELECT cluster_name AS cluster, min(window_start) AS began
FROM $ngf_metrics_1h
WHERE $scope
    AND toDate(window_start) >= toDate({from:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({to:DateTime64(3, 'UTC')})
    AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
GROUP BY cluster
