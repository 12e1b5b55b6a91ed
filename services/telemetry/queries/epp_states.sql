-- What the pods of a namespace said last before a time. Ranks that came in parts are added.
SELECT
    pod,
    toUnixTimestamp64Milli(max(timestamp)) * 1000000 AS at,
    argMax(waiting_then, timestamp) AS waiting,
    argMax(running_then, timestamp) AS running,
    argMax(kv_then, timestamp) AS kv_cache_pct
FROM
(
    SELECT
        timestamp, pod_name AS pod,
        sum(queue_depth) AS waiting_then,
        sum(requests_in_flight) AS running_then,
        avg(kv_cache_util_pct) AS kv_then
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp <= {to:DateTime64(3, 'UTC')}
        AND namespace = {namespace:String} AND gpu_uuid = ''
    GROUP BY timestamp, pod
)
GROUP BY pod
HAVING isNotNull(waiting) OR isNotNull(running) OR isNotNull(kv_cache_pct)
LIMIT 10000
