-- Rollups of requests at the engine, by the minute and the hour. Missing values add nothing; without a
-- status of any request nothing is known of errors.

CREATE TABLE IF NOT EXISTS $db.ngf_inference_metrics_1m $on_cluster
(
    window_start      DateTime64(0, 'UTC')                   CODEC(Delta(8), ZSTD(1)),
    cluster_name      LowCardinality(String)                 CODEC(ZSTD(1)),
    namespace         LowCardinality(String)                 CODEC(ZSTD(1)),
    pool_name         LowCardinality(String)                 CODEC(ZSTD(1)),
    model_name        LowCardinality(String)                 CODEC(ZSTD(1)),
    requests          SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    errors            SimpleAggregateFunction(sum, Nullable(UInt64)) CODEC(T64, ZSTD(1)),
    input_tokens      SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    output_tokens     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    prefix_cache_hits SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    prefix_cache_known SimpleAggregateFunction(sum, UInt64)  CODEC(T64, ZSTD(1)),
    ttft_sum_ms       SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    total_sum_ms      SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    queue_depth_max   SimpleAggregateFunction(max, Nullable(UInt16))  CODEC(ZSTD(1)),
    kv_cache_pct_max  SimpleAggregateFunction(max, Nullable(Float32)) CODEC(ZSTD(1)),
    ttft_hist         SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    total_hist        SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    tps_hist          SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    epp_latency_hist  SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    reasons           SimpleAggregateFunction(sumMap, Map(String, UInt64)) CODEC(ZSTD(1)),
    last_seen         SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    tps               AggregateFunction(avg, Nullable(Float32)),
    queue_depth       AggregateFunction(avg, Nullable(UInt16)),
    kv_cache_pct      AggregateFunction(avg, Nullable(Float32)),
    gpu_util_pct      AggregateFunction(avg, Nullable(Float32)),
    pods              AggregateFunction(uniq, String)
)
ENGINE = $aggregating_merge_tree
PARTITION BY toDate(window_start)
ORDER BY (cluster_name, pool_name, namespace, model_name, window_start)
TTL toDateTime(window_start) + INTERVAL $minute_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.ngf_inference_metrics_1h $on_cluster
(
    window_start      DateTime64(0, 'UTC')                   CODEC(Delta(8), ZSTD(1)),
    cluster_name      LowCardinality(String)                 CODEC(ZSTD(1)),
    namespace         LowCardinality(String)                 CODEC(ZSTD(1)),
    pool_name         LowCardinality(String)                 CODEC(ZSTD(1)),
    model_name        LowCardinality(String)                 CODEC(ZSTD(1)),
    requests          SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    errors            SimpleAggregateFunction(sum, Nullable(UInt64)) CODEC(T64, ZSTD(1)),
    input_tokens      SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    output_tokens     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    prefix_cache_hits SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    prefix_cache_known SimpleAggregateFunction(sum, UInt64)  CODEC(T64, ZSTD(1)),
    ttft_sum_ms       SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    total_sum_ms      SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    queue_depth_max   SimpleAggregateFunction(max, Nullable(UInt16))  CODEC(ZSTD(1)),
    kv_cache_pct_max  SimpleAggregateFunction(max, Nullable(Float32)) CODEC(ZSTD(1)),
    ttft_hist         SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    total_hist        SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    tps_hist          SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    epp_latency_hist  SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    reasons           SimpleAggregateFunction(sumMap, Map(String, UInt64)) CODEC(ZSTD(1)),
    last_seen         SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    tps               AggregateFunction(avg, Nullable(Float32)),
    queue_depth       AggregateFunction(avg, Nullable(UInt16)),
    kv_cache_pct      AggregateFunction(avg, Nullable(Float32)),
    gpu_util_pct      AggregateFunction(avg, Nullable(Float32)),
    pods              AggregateFunction(uniq, String)
)
ENGINE = $aggregating_merge_tree
PARTITION BY toYYYYMM(window_start)
ORDER BY (cluster_name, pool_name, namespace, model_name, window_start)
TTL toDateTime(window_start) + INTERVAL $hour_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_inference_metrics_1m_mv $on_cluster TO $db.ngf_inference_metrics_1m AS
SELECT
    toDateTime64(toStartOfMinute(timestamp), 0, 'UTC') AS window_start,
    cluster_name, namespace, inference_pool AS pool_name, model_name,
    sumSimpleState(toUInt64(1)) AS requests,
    sumSimpleState(toUInt64(status >= 400)) AS errors,
    sumSimpleState(toUInt64(ifNull(l.input_tokens, 0))) AS input_tokens,
    sumSimpleState(toUInt64(ifNull(l.output_tokens, 0))) AS output_tokens,
    sumSimpleState(toUInt64(ifNull(prefix_cache_hit, false))) AS prefix_cache_hits,
    sumSimpleState(toUInt64(isNotNull(prefix_cache_hit))) AS prefix_cache_known,
    sumSimpleState(toFloat64(ifNull(time_to_first_token_ms, 0))) AS ttft_sum_ms,
    sumSimpleState(toFloat64(ifNull(total_inference_time_ms, 0))) AS total_sum_ms,
    maxSimpleState(queue_depth_at_selection) AS queue_depth_max,
    maxSimpleState(kv_cache_pct_at_selection) AS kv_cache_pct_max,
    sumMapSimpleState(if(isNull(time_to_first_token_ms), CAST(map(), 'Map(Int16, UInt64)'), map(toInt16(ceil(log2(greatest(assumeNotNull(time_to_first_token_ms), 0.0009765625)) * 8) - 1), toUInt64(1)))) AS ttft_hist,
    sumMapSimpleState(if(isNull(total_inference_time_ms), CAST(map(), 'Map(Int16, UInt64)'), map(toInt16(ceil(log2(greatest(assumeNotNull(total_inference_time_ms), 0.0009765625)) * 8) - 1), toUInt64(1)))) AS total_hist,
    sumMapSimpleState(if(isNull(tokens_per_second), CAST(map(), 'Map(Int16, UInt64)'), map(toInt16(ceil(log2(greatest(assumeNotNull(tokens_per_second), 0.0009765625)) * 8) - 1), toUInt64(1)))) AS tps_hist,
    sumMapSimpleState(if(isNull(epp_decision_latency_us), CAST(map(), 'Map(Int16, UInt64)'), map(toInt16(ceil(log2(greatest(assumeNotNull(epp_decision_latency_us), 0.0009765625)) * 8) - 1), toUInt64(1)))) AS epp_latency_hist,
    sumMapSimpleState(map(toString(epp_selected_reason), toUInt64(1))) AS reasons,
    maxSimpleState(timestamp) AS last_seen,
    avgState(tokens_per_second) AS tps,
    avgState(queue_depth_at_selection) AS queue_depth,
    avgState(kv_cache_pct_at_selection) AS kv_cache_pct,
    avgState(gpu_utilization_pct) AS gpu_util_pct,
    uniqState(toString(pod_name)) AS pods
FROM $db.ngf_inference_logs AS l
GROUP BY window_start, cluster_name, namespace, pool_name, model_name;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_inference_metrics_1h_mv $on_cluster TO $db.ngf_inference_metrics_1h AS
SELECT
    toDateTime64(toStartOfHour(l.window_start), 0, 'UTC') AS window_start,
    cluster_name, namespace, pool_name, model_name,
    sumSimpleState(requests) AS requests,
    sumSimpleState(errors) AS errors,
    sumSimpleState(input_tokens) AS input_tokens,
    sumSimpleState(output_tokens) AS output_tokens,
    sumSimpleState(prefix_cache_hits) AS prefix_cache_hits,
    sumSimpleState(prefix_cache_known) AS prefix_cache_known,
    sumSimpleState(ttft_sum_ms) AS ttft_sum_ms,
    sumSimpleState(total_sum_ms) AS total_sum_ms,
    maxSimpleState(queue_depth_max) AS queue_depth_max,
    maxSimpleState(kv_cache_pct_max) AS kv_cache_pct_max,
    sumMapSimpleState(ttft_hist) AS ttft_hist,
    sumMapSimpleState(total_hist) AS total_hist,
    sumMapSimpleState(tps_hist) AS tps_hist,
    sumMapSimpleState(epp_latency_hist) AS epp_latency_hist,
    sumMapSimpleState(reasons) AS reasons,
    maxSimpleState(last_seen) AS last_seen,
    avgMergeState(tps) AS tps,
    avgMergeState(queue_depth) AS queue_depth,
    avgMergeState(kv_cache_pct) AS kv_cache_pct,
    avgMergeState(gpu_util_pct) AS gpu_util_pct,
    uniqMergeState(pods) AS pods
FROM $db.ngf_inference_metrics_1m AS l
GROUP BY window_start, cluster_name, namespace, pool_name, model_name;
