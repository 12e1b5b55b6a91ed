-- Requests at the engines by the minute, pool and model. A percentile is null where no request tells
-- the value.
WITH
    [0.5, 0.95, 0.99] AS levels,
    arraySort(mapKeys(ttft_hist)) AS ttft_buckets,
    arrayMap(b -> ttft_hist[b], ttft_buckets) AS ttft_counts,
    arrayCumSum(ttft_counts) AS ttft_below,
    arrayMap(p -> arrayFirstIndex(c -> c >= p * ttft_below[-1], ttft_below), levels) AS ttft_places,
    arrayMap((p, i) -> exp2((ttft_buckets[i] + (p * ttft_below[-1] - ttft_below[i] + ttft_counts[i]) / ttft_counts[i]) / 8), levels, ttft_places) AS ttft,
    arraySort(mapKeys(total_hist)) AS total_buckets,
    arrayMap(b -> total_hist[b], total_buckets) AS total_counts,
    arrayCumSum(total_counts) AS total_below,
    arrayMap(p -> arrayFirstIndex(c -> c >= p * total_below[-1], total_below), levels) AS total_places,
    arrayMap((p, i) -> exp2((total_buckets[i] + (p * total_below[-1] - total_below[i] + total_counts[i]) / total_counts[i]) / 8), levels, total_places) AS total
SELECT
    toDateTime64(minutes.window_start, 3, 'UTC') AS window_start, cluster_name, namespace, pool_name, model_name, requests, input_tokens, output_tokens,
    prefix_cache_hits, prefix_cache_known,
    if(empty(ttft_buckets), NULL, ttft[1]) AS ttft_p50_ms, if(empty(ttft_buckets), NULL, ttft[2]) AS ttft_p95_ms, if(empty(ttft_buckets), NULL, ttft[3]) AS ttft_p99_ms,
    if(empty(total_buckets), NULL, total[1]) AS total_p50_ms, if(empty(total_buckets), NULL, total[2]) AS total_p95_ms, if(empty(total_buckets), NULL, total[3]) AS total_p99_ms,
    tokens_per_second, queue_depth, queue_depth_max, kv_cache_pct, kv_cache_pct_max, gpu_util_pct, pods, ttft_hist, total_hist, last_seen
FROM
(
    SELECT
        window_start, cluster_name, namespace, pool_name, model_name,
        sum(m.requests) AS requests, sum(m.input_tokens) AS input_tokens, sum(m.output_tokens) AS output_tokens,
        sum(m.prefix_cache_hits) AS prefix_cache_hits, sum(m.prefix_cache_known) AS prefix_cache_known,
        avgMerge(m.tps) AS tokens_per_second, avgMerge(m.queue_depth) AS queue_depth, max(m.queue_depth_max) AS queue_depth_max,
        avgMerge(m.kv_cache_pct) AS kv_cache_pct, max(m.kv_cache_pct_max) AS kv_cache_pct_max, avgMerge(m.gpu_util_pct) AS gpu_util_pct,
        uniqMerge(m.pods) AS pods, sumMap(m.ttft_hist) AS ttft_hist, sumMap(m.total_hist) AS total_hist, max(m.last_seen) AS last_seen
    FROM $ngf_inference_metrics_1m AS m
    WHERE $scope
        AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
    GROUP BY window_start, cluster_name, namespace, pool_name, model_name
) AS minutes
