-- What autoscalers compare and what workloads have, as the console sees it: a row a workload and
-- metric each quarter of a minute while the cluster answers.
-- ``metric`` is empty for a workload without a metric; ``value`` is null where it cannot be read.

CREATE TABLE IF NOT EXISTS $db.ngf_scaling_samples $on_cluster
(
    timestamp        DateTime64(3, 'UTC')             CODEC(DoubleDelta, ZSTD(1)),
    cluster_name     LowCardinality(String)           CODEC(ZSTD(1)),
    namespace        LowCardinality(String)           CODEC(ZSTD(1)),
    pool_name        LowCardinality(String)           CODEC(ZSTD(1)),
    target_kind      LowCardinality(String)           CODEC(ZSTD(1)),
    target_name      LowCardinality(String)           CODEC(ZSTD(1)),
    metric           LowCardinality(String)           CODEC(ZSTD(1)),
    per              LowCardinality(String)           CODEC(ZSTD(1)),
    value            Nullable(Float64)                CODEC(ZSTD(1)),
    target           Nullable(Float64)                CODEC(ZSTD(1)),
    replicas         Nullable(UInt32)                 CODEC(ZSTD(1)),
    desired_replicas Nullable(UInt32)                 CODEC(ZSTD(1)),
    ready_replicas   Nullable(UInt32)                 CODEC(ZSTD(1)),
    min_replicas     Nullable(UInt32)                 CODEC(ZSTD(1)),
    max_replicas     Nullable(UInt32)                 CODEC(ZSTD(1))
)
ENGINE = $merge_tree
PARTITION BY toDate(timestamp)
ORDER BY (cluster_name, pool_name, timestamp)
TTL toDateTime(timestamp) + INTERVAL $readings_days DAY
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, $inserts;
