-- By how much counters of engines and pickers grew, and what fell into the buckets of histograms.
-- A series is counted from one start to the next: from what it showed last before the window, or else
-- from its first sample on. What an engine or a collector that begins anew had counted before it was
-- seen is nobody's growth. Whole hours come from their rollup.
-- Histograms are added where they have the same bounds.
-- A picker's counter under an old name counts where that picker has no new one.
SELECT
    cluster_name AS cluster,
    namespace,
    of_pool AS pool,
    if({by_pod:Bool}, pod_name, '') AS pod,
    replaceOne(source, ' (old names)', '') AS told_by,
    metric,
    if({by_label:Bool}, label, '') AS of_label,
    max(model_name) AS model,
    sumOrNullIf(grown, told) AS value,
    sum(grown_count) AS count,
    sumMap(arrayConcat(last_buckets.1, base.1), arrayConcat(arrayMap(x -> toInt64(x), last_buckets.2), arrayMap(x -> -toInt64(x), base.2))) AS buckets,
    last_buckets.1 AS bounds,
    min(counted_from) AS since,
    max(last_seen) AS newest
FROM
(
    SELECT
        cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, inside, last_buckets, last_seen,
        last - if(known_before, before, first) AS grown,
        toInt64(last_count) - toInt64(if(known_before, count_before, first_counted.count)) AS grown_count,
        if(known_before, buckets_before, (first_counted.bounds, first_counted.counts)) AS base,
        -- A collector starts a series that it sees first at that sample.
        multiIf(known_before, seen_before, started >= first_minute, started, first_minute) AS counted_from,
        -- One sample tells of no growth.
        known_before OR samples > 1 OR grown > 0 OR grown_count > 0 AS told,
        max(source = 'picker') OVER (PARTITION BY cluster_name, namespace, of_pool, pod_name, metric) AS renamed
    FROM
    (
        SELECT
            cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, series, started,
            countIf(window_start < {from:DateTime64(3, 'UTC')}) > 0 AS known_before,
            countIf(window_start >= {from:DateTime64(3, 'UTC')}) > 0 AS inside,
            maxIf(last_value, window_start < {from:DateTime64(3, 'UTC')}) AS before,
            minIf(first_value, window_start >= {from:DateTime64(3, 'UTC')}) AS first,
            max(last_value) AS last,
            maxIf(c.last_count, window_start < {from:DateTime64(3, 'UTC')}) AS count_before,
            minIf(c.first_counted, window_start >= {from:DateTime64(3, 'UTC')}) AS first_counted,
            max(c.last_count) AS last_count,
            maxMapIf(c.last_buckets, window_start < {from:DateTime64(3, 'UTC')}) AS buckets_before,
            maxMap(c.last_buckets) AS last_buckets,
            maxIf(c.last_seen, window_start < {from:DateTime64(3, 'UTC')}) AS seen_before,
            minIf(toDateTime64(window_start, 3, 'UTC'), window_start >= {from:DateTime64(3, 'UTC')}) AS first_minute,
            max(c.last_seen) AS last_seen,
            sum(c.samples) AS samples
        FROM
        (
            SELECT
                window_start, cluster_name, namespace, pod_name, source, metric, label, model_name, series, started, samples, last_seen, first_value, last_value, first_counted, last_count, last_buckets,
                if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
            FROM $ngf_counters_1m
            WHERE $scope AND metric IN {metrics:Array(String)}
                AND toStartOfHour(window_start) >= toStartOfHour({back:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
                AND window_start >= {back:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')}
                AND NOT (window_start >= {hours_from:DateTime64(3, 'UTC')} AND window_start < {hours_to:DateTime64(3, 'UTC')}) $where
            UNION ALL
            SELECT
                window_start, cluster_name, namespace, pod_name, source, metric, label, model_name, series, started, samples, last_seen, first_value, last_value, first_counted, last_count, last_buckets,
                if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
            FROM $ngf_counters_1h
            WHERE $scope AND metric IN {metrics:Array(String)}
                AND toDate(window_start) >= toDate({hours_from:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({hours_to:DateTime64(3, 'UTC')})
                AND window_start >= {hours_from:DateTime64(3, 'UTC')} AND window_start < {hours_to:DateTime64(3, 'UTC')} $where
        ) AS c
        GROUP BY cluster_name, namespace, of_pool, pod_name, source, metric, label, model_name, series, started
    )
)
WHERE inside AND NOT (source = 'picker (old names)' AND renamed)
GROUP BY cluster, namespace, pool, pod, told_by, metric, of_label, bounds
ORDER BY cluster, namespace, pool, pod, told_by, metric, of_label
LIMIT 100000
