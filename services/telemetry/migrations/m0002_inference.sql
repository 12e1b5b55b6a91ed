-- Inference: requests at the engine with their rollups, pools, decisions of the endpoint picker,
-- readings of pods and devices, counters of engines and pickers, scaling events.

CREATE TABLE IF NOT EXISTS $db.ngf_inference_logs $on_cluster
(
    timestamp                  DateTime64(3, 'UTC')               CODEC(Delta(8), ZSTD(1)),
    cluster_name               LowCardinality(String)             CODEC(ZSTD(1)),
    namespace                  LowCardinality(String)             CODEC(ZSTD(1)),
    inference_pool             LowCardinality(String)             CODEC(ZSTD(1)),
    source                     LowCardinality(String)             CODEC(ZSTD(1)),
    model_name                 LowCardinality(String)             CODEC(ZSTD(1)),
    model_version              LowCardinality(String)             CODEC(ZSTD(1)),
    pod_name                   LowCardinality(String)             CODEC(ZSTD(1)),
    node_name                  LowCardinality(String)             CODEC(ZSTD(1)),
    gpu_id                     Nullable(UInt8)                    CODEC(ZSTD(1)),
    gpu_type                   LowCardinality(String)             CODEC(ZSTD(1)),
    request_id                 String                             CODEC(ZSTD(1)),
    trace_id                   String                             CODEC(ZSTD(1)),
    time_to_first_token_ms     Nullable(Float32)                  CODEC(ZSTD(1)),
    time_in_queue_ms           Nullable(Float32)                  CODEC(ZSTD(1)),
    total_inference_time_ms    Nullable(Float32)                  CODEC(ZSTD(1)),
    tokens_generated           Nullable(UInt32)                   CODEC(ZSTD(1)),
    input_tokens               Nullable(UInt32)                   CODEC(ZSTD(1)),
    output_tokens              Nullable(UInt32)                   CODEC(ZSTD(1)),
    tokens_per_second          Nullable(Float32)                  CODEC(ZSTD(1)),
    epp_selected_reason        LowCardinality(String)             CODEC(ZSTD(1)),
    epp_decision_latency_us    Nullable(Float32)                  CODEC(ZSTD(1)),
    queue_depth_at_selection   Nullable(UInt16)                   CODEC(ZSTD(1)),
    kv_cache_pct_at_selection  Nullable(Float32)                  CODEC(ZSTD(1)),
    prefix_cache_hit           Nullable(Bool)                     CODEC(ZSTD(1)),
    candidate_pods_considered  Nullable(UInt8)                    CODEC(ZSTD(1)),
    gpu_utilization_pct        Nullable(Float32)                  CODEC(ZSTD(1)),
    gpu_memory_used_mb         Nullable(UInt32)                   CODEC(ZSTD(1)),
    gpu_memory_total_mb        Nullable(UInt32)                   CODEC(ZSTD(1)),
    gpu_temperature_c          Nullable(UInt16)                   CODEC(ZSTD(1)),
    pool_replica_count         Nullable(UInt16)                   CODEC(ZSTD(1)),
    pool_target_replica_count  Nullable(UInt16)                   CODEC(ZSTD(1)),
    status                     Nullable(UInt16)                   CODEC(ZSTD(1)),
    client_ip                  String                             CODEC(ZSTD(1)),
    path                       LowCardinality(String)             CODEC(ZSTD(1)),
    method                     LowCardinality(String)             CODEC(ZSTD(1)),
    request_size               Nullable(UInt64)                   CODEC(ZSTD(1)),
    response_size              Nullable(UInt64)                   CODEC(ZSTD(1)),
    xc_edge_latency_ms         Nullable(Float32)                  CODEC(ZSTD(1)),
    xc_waf_action              LowCardinality(String)             CODEC(ZSTD(1)),
    xc_bot_classification      LowCardinality(String)             CODEC(ZSTD(1)),
    INDEX idx_request_id request_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_trace_id   trace_id   TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_ttft time_to_first_token_ms TYPE minmax GRANULARITY 1
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, inference_pool, timestamp)
TTL toDateTime(timestamp) + INTERVAL $inference_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.ngf_inference_pools $on_cluster
(
    cluster_name    LowCardinality(String),
    namespace       LowCardinality(String),
    name            String,
    model_name      LowCardinality(String),
    model_version   LowCardinality(String),
    serving_backend LowCardinality(String),
    gpu_type        LowCardinality(String),
    gpu_count       Nullable(UInt32),
    replicas        Nullable(UInt32),
    ready_replicas  Nullable(UInt32),
    min_replicas    Nullable(UInt32),
    max_replicas    Nullable(UInt32),
    status          LowCardinality(String),
    created_at      Nullable(DateTime64(3, 'UTC')),
    updated_at      DateTime64(3, 'UTC'),
    is_deleted      UInt8
)
ENGINE = $replacing_merge_tree(updated_at, is_deleted)
ORDER BY (cluster_name, namespace, name)
SETTINGS $inserts;

-- What is known of a decision: several rows a request, each from one source. ``evidence``: pick and
-- profile come from spans, handled, refused and dropped from log lines. Log lines have the request
-- id, the span of a profile the trace id, the span of a pick both.
CREATE TABLE IF NOT EXISTS $db.ngf_epp_decisions $on_cluster
(
    timestamp             DateTime64(3, 'UTC')               CODEC(Delta(8), ZSTD(1)),
    cluster_name          LowCardinality(String)             CODEC(ZSTD(1)),
    namespace             LowCardinality(String)             CODEC(ZSTD(1)),
    picker                LowCardinality(String)             CODEC(ZSTD(1)),
    pool_name             LowCardinality(String)             CODEC(ZSTD(1)),
    request_id            String                             CODEC(ZSTD(1)),
    trace_id              String                             CODEC(ZSTD(1)),
    evidence              LowCardinality(String)             CODEC(ZSTD(1)),
    selected_pod          Nullable(String)                   CODEC(ZSTD(1)),
    reason                Nullable(String)                   CODEC(ZSTD(1)),
    incoming_model        Nullable(String)                   CODEC(ZSTD(1)),
    target_model          Nullable(String)                   CODEC(ZSTD(1)),
    objective             Nullable(String)                   CODEC(ZSTD(1)),
    priority              Nullable(Int32)                    CODEC(ZSTD(1)),
    top_endpoints         Array(String)                      CODEC(ZSTD(1)),
    top_scores            Array(Float64)                     CODEC(ZSTD(1)),
    queue_depth           Nullable(UInt16)                   CODEC(ZSTD(1)),
    kv_cache_pct          Nullable(Float32)                  CODEC(ZSTD(1)),
    prefix_cache_hit      Nullable(Bool)                     CODEC(ZSTD(1)),
    candidates_considered Nullable(UInt16)                   CODEC(ZSTD(1)),
    decision_latency_us   Nullable(Float64)                  CODEC(ZSTD(1)),
    INDEX idx_request_id request_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $inference_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

-- Log lines of pickers behind a decision: scores of each endpoint, filters, outcome of the queue.
CREATE TABLE IF NOT EXISTS $db.ngf_epp_events $on_cluster
(
    timestamp    DateTime64(6, 'UTC')                CODEC(Delta(8), ZSTD(1)),
    cluster_name LowCardinality(String)              CODEC(ZSTD(1)),
    namespace    LowCardinality(String)              CODEC(ZSTD(1)),
    picker       LowCardinality(String)              CODEC(ZSTD(1)),
    pool_name    LowCardinality(String)              CODEC(ZSTD(1)),
    request_id   String                              CODEC(ZSTD(1)),
    message      LowCardinality(String)              CODEC(ZSTD(1)),
    fields       Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    INDEX idx_request_id request_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $inference_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

-- Readings: gauges of an engine pod, of one of its devices (gpu_id set), or of a gateway pod.
CREATE TABLE IF NOT EXISTS $db.ngf_pod_metrics $on_cluster
(
    timestamp          DateTime64(3, 'UTC')               CODEC(DoubleDelta, ZSTD(1)),
    cluster_name       LowCardinality(String)             CODEC(ZSTD(1)),
    namespace          LowCardinality(String)             CODEC(ZSTD(1)),
    pool_name          LowCardinality(String)             CODEC(ZSTD(1)),
    pod_name           LowCardinality(String)             CODEC(ZSTD(1)),
    node_name          LowCardinality(String)             CODEC(ZSTD(1)),
    source             LowCardinality(String)             CODEC(ZSTD(1)),
    model_name         LowCardinality(String)             CODEC(ZSTD(1)),
    gpu_id             Nullable(UInt8)                    CODEC(ZSTD(1)),
    gpu_uuid           LowCardinality(String)             CODEC(ZSTD(1)),
    gpu_type           LowCardinality(String)             CODEC(ZSTD(1)),
    queue_depth        Nullable(UInt32)                   CODEC(ZSTD(1)),
    requests_in_flight Nullable(UInt32)                   CODEC(ZSTD(1)),
    kv_cache_util_pct  Nullable(Float32)                  CODEC(ZSTD(1)),
    prefix_cache_hit_pct Nullable(Float32)                CODEC(ZSTD(1)),
    gpu_util_pct       Nullable(Float32)                  CODEC(ZSTD(1)),
    gpu_mem_used_mb    Nullable(UInt32)                   CODEC(ZSTD(1)),
    gpu_mem_free_mb    Nullable(UInt32)                   CODEC(ZSTD(1)),
    gpu_mem_reserved_mb Nullable(UInt32)                  CODEC(ZSTD(1)),
    gpu_mem_total_mb   Nullable(UInt32)                   CODEC(ZSTD(1)),
    gpu_temperature_c  Nullable(UInt16)                   CODEC(ZSTD(1)),
    gpu_power_w        Nullable(Float32)                  CODEC(ZSTD(1)),
    gpu_xid            Nullable(UInt32)                   CODEC(ZSTD(1)),
    connections_active Nullable(UInt32)                   CODEC(ZSTD(1))
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, pool_name, pod_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $readings_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

-- Gauges of an endpoint picker about its pool.
CREATE TABLE IF NOT EXISTS $db.ngf_picker_metrics $on_cluster
(
    timestamp       DateTime64(3, 'UTC')              CODEC(DoubleDelta, ZSTD(1)),
    cluster_name    LowCardinality(String)            CODEC(ZSTD(1)),
    namespace       LowCardinality(String)            CODEC(ZSTD(1)),
    pool_name       LowCardinality(String)            CODEC(ZSTD(1)),
    ready_endpoints Nullable(UInt32)                  CODEC(ZSTD(1)),
    queue_size      Nullable(Float32)                 CODEC(ZSTD(1)),
    running         Nullable(Float32)                 CODEC(ZSTD(1)),
    kv_cache_pct    Nullable(Float32)                 CODEC(ZSTD(1)),
    saturation      Nullable(Float32)                 CODEC(ZSTD(1))
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, pool_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $readings_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

-- Counters and histograms that only grow, as they stood at the first and the last sample of a minute.
-- A series that begins anew has another ``started``, so the growth of a window is the difference of
-- the last values, and what grew before the first sample is not counted.
-- ``value`` is the counter, or the sum of a histogram; ``count`` and ``buckets`` are of histograms.
-- The first sample is the one with the least count; a bucket that it lacks was empty then.
CREATE TABLE IF NOT EXISTS $db.ngf_counters_1m $on_cluster
(
    window_start   DateTime64(0, 'UTC')                     CODEC(Delta(8), ZSTD(1)),
    cluster_name   LowCardinality(String)                   CODEC(ZSTD(1)),
    namespace      LowCardinality(String)                   CODEC(ZSTD(1)),
    pool_name      LowCardinality(String)                   CODEC(ZSTD(1)),
    pod_name       LowCardinality(String)                   CODEC(ZSTD(1)),
    source         LowCardinality(String)                   CODEC(ZSTD(1)),
    metric         LowCardinality(String)                   CODEC(ZSTD(1)),
    model_name     LowCardinality(String)                   CODEC(ZSTD(1)),
    label          LowCardinality(String)                   CODEC(ZSTD(1)),
    series         UInt64                                   CODEC(ZSTD(1)),
    started        DateTime64(3, 'UTC')                     CODEC(ZSTD(1)),
    samples        SimpleAggregateFunction(sum, UInt64)     CODEC(ZSTD(1)),
    last_seen      SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    first_value    SimpleAggregateFunction(min, Float64)    CODEC(ZSTD(1)),
    last_value     SimpleAggregateFunction(max, Float64)    CODEC(ZSTD(1)),
    first_counted  SimpleAggregateFunction(min, Tuple(count UInt64, bounds Array(Float64), counts Array(UInt64))) CODEC(ZSTD(1)),
    last_count     SimpleAggregateFunction(max, UInt64)     CODEC(ZSTD(1)),
    last_buckets   SimpleAggregateFunction(maxMap, Tuple(Array(Float64), Array(UInt64))) CODEC(ZSTD(1))
)
ENGINE = $aggregating_merge_tree
PARTITION BY toDate(window_start)
ORDER BY (cluster_name, pool_name, metric, toStartOfHour(window_start), source, namespace, pod_name, model_name, label, series, started, window_start)
TTL toDateTime(window_start) + INTERVAL $minute_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.ngf_counters_1h $on_cluster
(
    window_start   DateTime64(0, 'UTC')                     CODEC(Delta(8), ZSTD(1)),
    cluster_name   LowCardinality(String)                   CODEC(ZSTD(1)),
    namespace      LowCardinality(String)                   CODEC(ZSTD(1)),
    pool_name      LowCardinality(String)                   CODEC(ZSTD(1)),
    pod_name       LowCardinality(String)                   CODEC(ZSTD(1)),
    source         LowCardinality(String)                   CODEC(ZSTD(1)),
    metric         LowCardinality(String)                   CODEC(ZSTD(1)),
    model_name     LowCardinality(String)                   CODEC(ZSTD(1)),
    label          LowCardinality(String)                   CODEC(ZSTD(1)),
    series         UInt64                                   CODEC(ZSTD(1)),
    started        DateTime64(3, 'UTC')                     CODEC(ZSTD(1)),
    samples        SimpleAggregateFunction(sum, UInt64)     CODEC(ZSTD(1)),
    last_seen      SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    first_value    SimpleAggregateFunction(min, Float64)    CODEC(ZSTD(1)),
    last_value     SimpleAggregateFunction(max, Float64)    CODEC(ZSTD(1)),
    first_counted  SimpleAggregateFunction(min, Tuple(count UInt64, bounds Array(Float64), counts Array(UInt64))) CODEC(ZSTD(1)),
    last_count     SimpleAggregateFunction(max, UInt64)     CODEC(ZSTD(1)),
    last_buckets   SimpleAggregateFunction(maxMap, Tuple(Array(Float64), Array(UInt64))) CODEC(ZSTD(1))
)
ENGINE = $aggregating_merge_tree
PARTITION BY toYYYYMM(window_start)
ORDER BY (cluster_name, pool_name, metric, toDate(window_start), source, namespace, pod_name, model_name, label, series, started, window_start)
TTL toDateTime(window_start) + INTERVAL $hour_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_counters_1h_mv $on_cluster TO $db.ngf_counters_1h AS
SELECT
    toDateTime64(toStartOfHour(l.window_start), 0, 'UTC') AS window_start,
    cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started,
    sumSimpleState(samples) AS samples,
    maxSimpleState(last_seen) AS last_seen,
    minSimpleState(first_value) AS first_value,
    maxSimpleState(last_value) AS last_value,
    minSimpleState(first_counted) AS first_counted,
    maxSimpleState(last_count) AS last_count,
    maxMapSimpleState(last_buckets) AS last_buckets
FROM $db.ngf_counters_1m AS l
GROUP BY window_start, cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started;

CREATE TABLE IF NOT EXISTS $db.ngf_scaling_events $on_cluster
(
    timestamp     DateTime64(3, 'UTC')               CODEC(Delta(8), ZSTD(1)),
    cluster_name  LowCardinality(String)             CODEC(ZSTD(1)),
    namespace     LowCardinality(String)             CODEC(ZSTD(1)),
    pool_name     LowCardinality(String)             CODEC(ZSTD(1)),
    target_kind   LowCardinality(String)             CODEC(ZSTD(1)),
    target_name   LowCardinality(String)             CODEC(ZSTD(1)),
    scaler        LowCardinality(String)             CODEC(ZSTD(1)),
    kind          LowCardinality(String)             CODEC(ZSTD(1)),
    from_replicas Nullable(UInt32)                   CODEC(ZSTD(1)),
    to_replicas   Nullable(UInt32)                   CODEC(ZSTD(1)),
    reason        LowCardinality(String)             CODEC(ZSTD(1)),
    message       String                             CODEC(ZSTD(1)),
    trigger       LowCardinality(String)             CODEC(ZSTD(1)),
    source        LowCardinality(String)             CODEC(ZSTD(1)),
    event_id      String                             CODEC(ZSTD(1))
)
ENGINE = $replacing_merge_tree(timestamp)
PARTITION BY toYYYYMM(timestamp)
ORDER BY (cluster_name, namespace, event_id)
TTL toDateTime(timestamp) + INTERVAL $minute_days DAY
SETTINGS $inserts;
