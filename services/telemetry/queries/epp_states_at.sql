-- What pods said last before the decisions that picked them.
SELECT
    asked.id AS request_id,
    asked.pod AS pod,
    toUnixTimestamp64Milli(reading.timestamp) * 1000000 AS at,
    reading.queue_depth AS waiting,
    reading.requests_in_flight AS running,
    reading.kv_cache_util_pct AS kv_cache_pct
FROM
(
    SELECT one.1 AS id, one.2 AS pod, fromUnixTimestamp64Milli(one.3, 'UTC') AS timestamp
    FROM (SELECT arrayJoin(arrayZip({ids:Array(String)}, {pods:Array(String)}, {times:Array(Int64)})) AS one)
) AS asked
ASOF INNER JOIN
(
    SELECT pod_name AS pod, timestamp, queue_depth, requests_in_flight, kv_cache_util_pct
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp <= {to:DateTime64(3, 'UTC')}
        AND pod_name IN {pods:Array(String)} AND isNull(gpu_id) AND isNotNull(kv_cache_util_pct)
) AS reading ON asked.pod = reading.pod AND asked.timestamp >= reading.timestamp
WHERE asked.timestamp < reading.timestamp + INTERVAL 60 SECOND
