-- When pods of a pool read something last, and which engines they have.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT source, max(timestamp) AS newest
FROM $ngf_pod_metrics
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
GROUP BY source
