-- What pods said last before the decisions that picked them. A reading counts for a minute;
-- ranks that came in parts are added.
SELECT
    asked.id AS request_id,
    toUnixTimestamp64Milli(reading.timestamp) * 1000000 AS at,
    reading.waiting AS waiting,
    reading.running AS running,
    reading.kv_cache_pct AS kv_cache_pct
FROM
(
    SELECT one.1 AS id, one.2 AS namespace, one.3 AS pod, one.4 AS timestamp
    FROM (SELECT arrayJoin(arrayZip(
        {ids:Array(String)}, {namespaces:Array(String)}, {pods:Array(String)},
        {times:Array(DateTime64(3, 'UTC'))})) AS one)
) AS asked
ASOF INNER JOIN
(
    SELECT namespace, pod_name AS pod, timestamp, sum(queue_depth) AS waiting,
        sum(requests_in_flight) AS running, avg(kv_cache_util_pct) AS kv_cache_pct
    FROM $ngf_pod_metrics
    WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
        AND pod_name IN {pods:Array(String)} AND gpu_uuid = ''
    GROUP BY namespace, pod_name, timestamp
    HAVING isNotNull(waiting) OR isNotNull(running) OR isNotNull(kv_cache_pct)
) AS reading
ON asked.namespace = reading.namespace AND asked.pod = reading.pod AND asked.timestamp >= reading.timestamp
WHERE asked.timestamp < reading.timestamp + INTERVAL 60 SECOND
