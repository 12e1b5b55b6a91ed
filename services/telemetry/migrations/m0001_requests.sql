-- Requests at the gateway: one row per access-log line, and its rollups by the minute and the hour.

CREATE TABLE IF NOT EXISTS $db.ngf_access_logs $on_cluster
(
    timestamp             DateTime64(3, 'UTC')               CODEC(Delta(8), ZSTD(1)),
    cluster_name          LowCardinality(String)             CODEC(ZSTD(1)),
    namespace             LowCardinality(String)             CODEC(ZSTD(1)),
    gateway               LowCardinality(String)             CODEC(ZSTD(1)),
    pod_name              LowCardinality(String)             CODEC(ZSTD(1)),
    listener              LowCardinality(String)             CODEC(ZSTD(1)),
    route                 LowCardinality(String)             CODEC(ZSTD(1)),
    rule                  LowCardinality(String)             CODEC(ZSTD(1)),
    route_source          LowCardinality(String)             CODEC(ZSTD(1)),
    scheme                LowCardinality(String)             CODEC(ZSTD(1)),
    host                  LowCardinality(String)             CODEC(ZSTD(1)),
    method                LowCardinality(String)             CODEC(ZSTD(1)),
    path                  String                             CODEC(ZSTD(1)),
    protocol              LowCardinality(String)             CODEC(ZSTD(1)),
    status                UInt16                             CODEC(ZSTD(1)),
    grpc_status           Nullable(UInt8)                    CODEC(ZSTD(1)),
    status_class          LowCardinality(String)             CODEC(ZSTD(1)),
    completion            LowCardinality(String)             CODEC(ZSTD(1)),
    latency_ms            Nullable(Float32)                  CODEC(ZSTD(1)),
    upstream_latency_ms   Nullable(Float32)                  CODEC(ZSTD(1)),
    upstream_connect_ms   Nullable(Float32)                  CODEC(ZSTD(1)),
    upstream_header_ms    Nullable(Float32)                  CODEC(ZSTD(1)),
    request_size          UInt64                             CODEC(T64, ZSTD(1)),
    response_size         UInt64                             CODEC(T64, ZSTD(1)),
    upstream_name         LowCardinality(String)             CODEC(ZSTD(1)),
    upstream_addr         LowCardinality(String)             CODEC(ZSTD(1)),
    upstream_status       Nullable(UInt16)                   CODEC(ZSTD(1)),
    upstream_attempts     UInt8                              CODEC(ZSTD(1)),
    picked                Bool                               CODEC(ZSTD(1)),
    client_ip             String                             CODEC(ZSTD(1)),
    user_agent            LowCardinality(String)             CODEC(ZSTD(1)),
    request_id            String                             CODEC(ZSTD(1)),
    x_request_id          String                             CODEC(ZSTD(1)),
    trace_id              String                             CODEC(ZSTD(1)),
    tls_version           LowCardinality(String)             CODEC(ZSTD(1)),
    tls_cipher            LowCardinality(String)             CODEC(ZSTD(1)),
    waf_action            LowCardinality(String)             CODEC(ZSTD(1)),
    waf_violation_rating  Nullable(Float32)                  CODEC(ZSTD(1)),
    waf_signatures        Array(LowCardinality(String))      CODEC(ZSTD(1)),
    bot_classification    LowCardinality(String)             CODEC(ZSTD(1)),
    xc_edge_latency_ms    Nullable(Float32)                  CODEC(ZSTD(1)),
    INDEX idx_request_id   request_id   TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_x_request_id x_request_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_trace_id     trace_id     TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_path         path         TYPE $token_index
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $access_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.ngf_metrics_1m $on_cluster
(
    window_start      DateTime64(0, 'UTC')                   CODEC(Delta(8), ZSTD(1)),
    cluster_name      LowCardinality(String)                 CODEC(ZSTD(1)),
    namespace         LowCardinality(String)                 CODEC(ZSTD(1)),
    gateway           LowCardinality(String)                 CODEC(ZSTD(1)),
    route             LowCardinality(String)                 CODEC(ZSTD(1)),
    status_class      LowCardinality(String)                 CODEC(ZSTD(1)),
    request_count     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    latency_sum_ms    SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    latency_max_ms    SimpleAggregateFunction(max, Float32)  CODEC(ZSTD(1)),
    request_bytes     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    response_bytes    SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    waf_blocked       SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    latency_hist      SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    last_seen         SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    upstream_latency  AggregateFunction(avg, Nullable(Float32))
)
ENGINE = $aggregating_merge_tree
PARTITION BY toDate(window_start)
ORDER BY (cluster_name, toStartOfHour(window_start), gateway, namespace, route, status_class, window_start)
TTL toDateTime(window_start) + INTERVAL $minute_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.ngf_metrics_1h $on_cluster
(
    window_start      DateTime64(0, 'UTC')                   CODEC(Delta(8), ZSTD(1)),
    cluster_name      LowCardinality(String)                 CODEC(ZSTD(1)),
    namespace         LowCardinality(String)                 CODEC(ZSTD(1)),
    gateway           LowCardinality(String)                 CODEC(ZSTD(1)),
    route             LowCardinality(String)                 CODEC(ZSTD(1)),
    status_class      LowCardinality(String)                 CODEC(ZSTD(1)),
    request_count     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    latency_sum_ms    SimpleAggregateFunction(sum, Float64)  CODEC(ZSTD(1)),
    latency_max_ms    SimpleAggregateFunction(max, Float32)  CODEC(ZSTD(1)),
    request_bytes     SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    response_bytes    SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    waf_blocked       SimpleAggregateFunction(sum, UInt64)   CODEC(T64, ZSTD(1)),
    latency_hist      SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1)),
    last_seen         SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    upstream_latency  AggregateFunction(avg, Nullable(Float32))
)
ENGINE = $aggregating_merge_tree
PARTITION BY toYYYYMM(window_start)
ORDER BY (cluster_name, toDate(window_start), gateway, namespace, route, status_class, window_start)
TTL toDateTime(window_start) + INTERVAL $hour_days DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, $inserts;

-- A bucket b of a histogram holds values over 2^(b/8) up to 2^((b+1)/8): the exponential histogram
-- of OpenTelemetry at scale 3.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_metrics_1m_mv $on_cluster TO $db.ngf_metrics_1m AS
SELECT
    toDateTime64(toStartOfMinute(timestamp), 0, 'UTC') AS window_start,
    cluster_name, namespace, gateway, route, status_class,
    sumSimpleState(toUInt64(1)) AS request_count,
    sumSimpleState(toFloat64(ifNull(latency_ms, 0))) AS latency_sum_ms,
    maxSimpleState(ifNull(latency_ms, 0)) AS latency_max_ms,
    sumSimpleState(request_size) AS request_bytes,
    sumSimpleState(response_size) AS response_bytes,
    sumSimpleState(toUInt64(waf_action = 'blocked')) AS waf_blocked,
    sumMapSimpleState(if(isNull(latency_ms), CAST(map(), 'Map(Int16, UInt64)'), map(toInt16(ceil(log2(greatest(assumeNotNull(latency_ms), 0.0009765625)) * 8) - 1), toUInt64(1)))) AS latency_hist,
    maxSimpleState(timestamp) AS last_seen,
    avgState(upstream_latency_ms) AS upstream_latency
FROM $db.ngf_access_logs
GROUP BY window_start, cluster_name, namespace, gateway, route, status_class;

CREATE MATERIALIZED VIEW IF NOT EXISTS $db.ngf_metrics_1h_mv $on_cluster TO $db.ngf_metrics_1h AS
SELECT
    toDateTime64(toStartOfHour(l.window_start), 0, 'UTC') AS window_start,
    cluster_name, namespace, gateway, route, status_class,
    sumSimpleState(request_count) AS request_count,
    sumSimpleState(latency_sum_ms) AS latency_sum_ms,
    maxSimpleState(latency_max_ms) AS latency_max_ms,
    sumSimpleState(request_bytes) AS request_bytes,
    sumSimpleState(response_bytes) AS response_bytes,
    sumSimpleState(waf_blocked) AS waf_blocked,
    sumMapSimpleState(latency_hist) AS latency_hist,
    maxSimpleState(last_seen) AS last_seen,
    avgMergeState(upstream_latency) AS upstream_latency
FROM $db.ngf_metrics_1m AS l
GROUP BY window_start, cluster_name, namespace, gateway, route, status_class;
