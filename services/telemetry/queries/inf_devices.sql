-- What GPUs read last, each reading by itself; an instance of a partitioned GPU is a device.
WITH if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    cluster_name AS cluster,
    gpu_uuid AS uuid,
    argMax(namespace, timestamp) AS last_namespace,
    argMax(of_pool, timestamp) AS pool,
    argMax(pod_name, timestamp) AS pod,
    argMax(node_name, timestamp) AS node,
    argMaxIf(toString(gpu_type), timestamp, gpu_type != '') AS type,
    argMax(gpu_id, timestamp) AS number,
    argMax(gpu_util_pct, timestamp) AS util,
    argMax(gpu_mem_used_mb, timestamp) AS mem_used,
    argMax(gpu_mem_total_mb, timestamp) AS mem_total,
    argMax(gpu_temperature_c, timestamp) AS temperature,
    argMax(gpu_power_w, timestamp) AS power,
    argMax(gpu_xid, timestamp) AS xid,
    groupUniqArray(toString(source)) AS sources,
    max(timestamp) AS newest
FROM $ngf_pod_metrics
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
    AND gpu_uuid != '' $where
GROUP BY cluster, uuid
ORDER BY cluster, node, number, uuid
LIMIT 20000
