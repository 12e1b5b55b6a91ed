-- By how much counters grew in each bucket of time, as in inf_growth. After a gap a series grows from
-- its next sample: when the rest of it came is not known. A rate is over the time in which a series grew
-- so much: from its last sample of the bucket before, and for a series that begins or ends here the
-- whole bucket.
WITH
    number_of_part > 1 AND date_diff('second', earlier_at, at) <= {gap:UInt32} AS follows,
    last - if(follows, earlier_last, first) AS grown,
    toInt64(last_count) - toInt64(if(follows, earlier_count, first_counted.count)) AS grown_count,
    if(follows, earlier_buckets, (first_counted.bounds, first_counted.counts)) AS base,
    follows OR samples > 1 OR grown > 0 OR grown_count > 0 AS told,
    at + toIntervalSecond({step:UInt32}) AS end,
    date_diff('millisecond', earlier_seen, last_seen) / 1000 AS took,
    multiIf(NOT follows, {step:UInt32}, next_at = end OR end >= {to:DateTime64(3, 'UTC')}, took, greatest(took, {step:UInt32})) AS seconds
SELECT
    at,
    if({by_pool:Bool}, cluster_name, '') AS cluster,
    if({by_pool:Bool}, namespace, '') AS of_namespace,
    if({by_pool:Bool}, of_pool, '') AS pool,
    replaceOne(source, ' (old names)', '') AS told_by,
    metric,
    sumOrNullIf(grown, told) AS value,
    sumOrNullIf(grown / seconds, told) AS rate,
    sum(grown_count) AS count,
    sumMap(arrayConcat(last_buckets.1, base.1), arrayConcat(arrayMap(x -> toInt64(x), last_buckets.2), arrayMap(x -> -toInt64(x), base.2))) AS buckets,
    last_buckets.1 AS bounds,
    max(last_seen) AS newest
FROM
(
    SELECT
        *,
        row_number() OVER parts AS number_of_part,
        lagInFrame(at) OVER parts AS earlier_at,
        lagInFrame(last) OVER parts AS earlier_last,
        lagInFrame(last_count) OVER parts AS earlier_count,
        lagInFrame(last_buckets) OVER parts AS earlier_buckets,
        lagInFrame(last_seen) OVER parts AS earlier_seen,
        leadInFrame(at) OVER parts AS next_at,
        max(source = 'picker') OVER (PARTITION BY cluster_name, namespace, of_pool, pod_name, metric) AS renamed
    FROM
    (
        SELECT
            cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, series, started,
            toDateTime64(intDiv(toUnixTimestamp(window_start), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS at,
            min(first_value) AS first,
            max(last_value) AS last,
            min(c.first_counted) AS first_counted,
            max(c.last_count) AS last_count,
            maxMap(c.last_buckets) AS last_buckets,
            max(c.last_seen) AS last_seen,
            sum(c.samples) AS samples
        FROM
        (
            SELECT
                *, if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
            FROM $ngf_counters_1m
            WHERE NOT {hourly:Bool} AND $scope AND metric IN {metrics:Array(String)}
                AND toStartOfHour(window_start) >= toStartOfHour({back:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
                AND window_start >= {back:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
            UNION ALL
            SELECT
                *, if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
            FROM $ngf_counters_1h
            WHERE {hourly:Bool} AND $scope AND metric IN {metrics:Array(String)}
                AND toDate(window_start) >= toDate({back:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({to:DateTime64(3, 'UTC')})
                AND window_start >= {back:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
        ) AS c
        GROUP BY cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, series, started, at
    )
    WINDOW parts AS (PARTITION BY cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, series, started ORDER BY at ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
)
WHERE at >= {from:DateTime64(3, 'UTC')} AND NOT (source = 'picker (old names)' AND renamed)
GROUP BY at, cluster, of_namespace, pool, told_by, metric, bounds
ORDER BY cluster, of_namespace, pool, told_by, metric, at
