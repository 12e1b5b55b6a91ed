-- What the pods of a namespace said last before a time.
SELECT
    pod_name AS pod,
    toUnixTimestamp64Milli(max(timestamp)) * 1000000 AS at,
    argMax(queue_depth, timestamp) AS waiting,
    argMax(requests_in_flight, timestamp) AS running,
    argMax(kv_cache_util_pct, timestamp) AS kv_cache_pct
FROM $ngf_pod_metrics
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp <= {to:DateTime64(3, 'UTC')}
    AND namespace = {namespace:String} AND isNull(gpu_id)
GROUP BY pod_name
HAVING isNotNull(waiting) OR isNotNull(running) OR isNotNull(kv_cache_pct)
LIMIT 10000
