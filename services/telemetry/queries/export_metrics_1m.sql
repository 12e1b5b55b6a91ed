-- Requests by the minute, gateway, route and class of their status, with percentiles out of the
-- histogram, and the histogram itself for whoever sums up minutes.
WITH
    arraySort(mapKeys(latency_hist)) AS buckets,
    arrayMap(b -> latency_hist[b], buckets) AS counts,
    arrayCumSum(counts) AS below,
    [0.5, 0.95, 0.99] AS levels,
    arrayMap(p -> arrayFirstIndex(c -> c >= p * below[-1], below), levels) AS places,
    arrayMap((p, i) -> exp2((buckets[i] + (p * below[-1] - below[i] + counts[i]) / counts[i]) / 8), levels, places) AS percentiles,
    arraySum(counts) AS timed
SELECT
    toDateTime64(minutes.window_start, 3, 'UTC') AS window_start, cluster_name, namespace, gateway, route, status_class, request_count,
    if(timed = 0, NULL, latency_sum_ms / timed) AS latency_mean_ms,
    if(timed = 0, NULL, percentiles[1]) AS latency_p50_ms,
    if(timed = 0, NULL, percentiles[2]) AS latency_p95_ms,
    if(timed = 0, NULL, percentiles[3]) AS latency_p99_ms,
    if(timed = 0, NULL, latency_max_ms) AS latency_max_ms,
    upstream_latency_ms, request_bytes, response_bytes, waf_blocked, latency_hist, last_seen
FROM
(
    SELECT
        window_start, cluster_name, namespace, gateway, route, status_class,
        sum(m.request_count) AS request_count, sum(m.latency_sum_ms) AS latency_sum_ms, max(m.latency_max_ms) AS latency_max_ms,
        avgMerge(m.upstream_latency) AS upstream_latency_ms,
        sum(m.request_bytes) AS request_bytes, sum(m.response_bytes) AS response_bytes, sum(m.waf_blocked) AS waf_blocked,
        sumMap(m.latency_hist) AS latency_hist, max(m.last_seen) AS last_seen
    FROM $ngf_metrics_1m AS m
    WHERE $scope
        AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
    GROUP BY window_start, cluster_name, namespace, gateway, route, status_class
) AS minutes
