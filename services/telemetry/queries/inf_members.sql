-- Which pods engines have said to belong to which pool.
SELECT cluster_name AS cluster, namespace, pod_name AS pod, pool_name AS pool
FROM $ngf_pod_metrics
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
    AND pool_name != '' AND pod_name != '' $where
GROUP BY cluster, namespace, pod, pool
LIMIT 20000
