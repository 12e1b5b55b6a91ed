-- Where telemetry lands, column by column what the collector's ClickHouse exporter writes. Nothing is
-- kept here but spans: views turn rows into the ngf_ tables as they pass. An engine puts a prefix before
-- a request id and, where one request may have several prompts, a number behind it.

CREATE TABLE IF NOT EXISTS $db.otel_logs $on_cluster
(
    Timestamp DateTime64(9, 'UTC'), TraceId String, SpanId String, TraceFlags UInt8,
    SeverityText LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String),
    Body String, ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String), ScopeSchemaUrl LowCardinality(String),
    ScopeName String, ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String), EventName String
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS $db.otel_traces $on_cluster
(
    Timestamp          DateTime64(9, 'UTC')                CODEC(Delta(8), ZSTD(1)),
    TraceId            String                              CODEC(ZSTD(1)),
    SpanId             String                              CODEC(ZSTD(1)),
    ParentSpanId       String                              CODEC(ZSTD(1)),
    TraceState         String                              CODEC(ZSTD(1)),
    SpanName           LowCardinality(String)              CODEC(ZSTD(1)),
    SpanKind           LowCardinality(String)              CODEC(ZSTD(1)),
    ServiceName        LowCardinality(String)              CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName          String                              CODEC(ZSTD(1)),
    ScopeVersion       String                              CODEC(ZSTD(1)),
    SpanAttributes     Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration           UInt64                              CODEC(ZSTD(1)),
    StatusCode         LowCardinality(String)              CODEC(ZSTD(1)),
    StatusMessage      String                              CODEC(ZSTD(1)),
    Events Nested (Timestamp DateTime64(9, 'UTC'), Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String))    CODEC(ZSTD(1)),
    Links Nested (TraceId String, SpanId String, TraceState String,
        Attributes Map(LowCardinality(String), String))    CODEC(ZSTD(1)),
    cluster_name       LowCardinality(String) MATERIALIZED ResourceAttributes['cluster_name'] CODEC(ZSTD(1)),
    namespace          LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.namespace.name'] CODEC(ZSTD(1)),
    pod_name           LowCardinality(String) MATERIALIZED ResourceAttributes['k8s.pod.name'] CODEC(ZSTD(1)),
    pool_name          LowCardinality(String) MATERIALIZED ResourceAttributes['ngf.inference_pool'] CODEC(ZSTD(1)),
    request_id         String MATERIALIZED replaceRegexpOne(SpanAttributes['gen_ai.request.id'], '^(chatcmpl-(.+)|cmpl-(.+)-[0-9]+)$$', '\\2\\3') CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = $merge_tree
PARTITION BY toDate(Timestamp)
ORDER BY (cluster_name, Timestamp)
TTL toDateTime(Timestamp) + INTERVAL $access_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;

CREATE TABLE IF NOT EXISTS $db.otel_metrics_gauge $on_cluster
(
    ResourceAttributes Map(LowCardinality(String), String), ResourceSchemaUrl String, ScopeName String,
    ScopeVersion String, ScopeAttributes Map(LowCardinality(String), String), ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName String, MetricDescription String,
    MetricUnit String, Attributes Map(LowCardinality(String), String), StartTimeUnix DateTime64(9, 'UTC'),
    TimeUnix DateTime64(9, 'UTC'),
    Value Float64, Flags UInt32, Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'), Value Float64, SpanId String, TraceId String)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS $db.otel_metrics_sum $on_cluster
(
    ResourceAttributes Map(LowCardinality(String), String), ResourceSchemaUrl String, ScopeName String,
    ScopeVersion String, ScopeAttributes Map(LowCardinality(String), String), ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName String, MetricDescription String,
    MetricUnit String, Attributes Map(LowCardinality(String), String), StartTimeUnix DateTime64(9, 'UTC'),
    TimeUnix DateTime64(9, 'UTC'),
    Value Float64, Flags UInt32, Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'), Value Float64, SpanId String, TraceId String),
    AggregationTemporality Int32, IsMonotonic Bool
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS $db.otel_metrics_histogram $on_cluster
(
    ResourceAttributes Map(LowCardinality(String), String), ResourceSchemaUrl String, ScopeName String,
    ScopeVersion String, ScopeAttributes Map(LowCardinality(String), String), ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName String, MetricDescription String,
    MetricUnit String, Attributes Map(LowCardinality(String), String), StartTimeUnix DateTime64(9, 'UTC'),
    TimeUnix DateTime64(9, 'UTC'),
    Count UInt64, Sum Float64, BucketCounts Array(UInt64), ExplicitBounds Array(Float64), Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'), Value Float64, SpanId String, TraceId String),
    Flags UInt32, Min Float64, Max Float64, AggregationTemporality Int32
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS $db.otel_metrics_exp_histogram $on_cluster
(
    ResourceAttributes Map(LowCardinality(String), String), ResourceSchemaUrl String, ScopeName String,
    ScopeVersion String, ScopeAttributes Map(LowCardinality(String), String), ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName String, MetricDescription String,
    MetricUnit String, Attributes Map(LowCardinality(String), String), StartTimeUnix DateTime64(9, 'UTC'),
    TimeUnix DateTime64(9, 'UTC'),
    Count UInt64, Sum Float64, Scale Int32, ZeroCount UInt64, PositiveOffset Int32,
    PositiveBucketCounts Array(UInt64), NegativeOffset Int32, NegativeBucketCounts Array(UInt64), Exemplars Nested (FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'), Value Float64, SpanId String, TraceId String),
    Flags UInt32, Min Float64, Max Float64, AggregationTemporality Int32
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS $db.otel_metrics_summary $on_cluster
(
    ResourceAttributes Map(LowCardinality(String), String), ResourceSchemaUrl String, ScopeName String,
    ScopeVersion String, ScopeAttributes Map(LowCardinality(String), String), ScopeDroppedAttrCount UInt32,
    ScopeSchemaUrl String, ServiceName LowCardinality(String), MetricName String, MetricDescription String,
    MetricUnit String, Attributes Map(LowCardinality(String), String), StartTimeUnix DateTime64(9, 'UTC'),
    TimeUnix DateTime64(9, 'UTC'),
    Count UInt64, Sum Float64, ValueAtQuantiles Nested(Quantile Float64, Value Float64), Flags UInt32
)
ENGINE = Null;
