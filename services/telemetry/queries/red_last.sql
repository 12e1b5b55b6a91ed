-- When each cluster sent an access log last.
SELECT cluster_name AS cluster, max(last_seen) AS newest
FROM $ngf_metrics_1h
WHERE $scope
    AND toDate(window_start) >= toDate({from:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({to:DateTime64(3, 'UTC')})
    AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
GROUP BY cluster
