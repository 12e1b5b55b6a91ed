INSERT INTO ngf_counters_1m
    (window_start, cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started, samples, last_seen,
     first_value, last_value, first_counted, last_count, last_buckets)
WITH
    number + {from:UInt64} AS n, n % 1200 AS series, intDiv(series, 6) AS pod, intDiv(n, 1200) AS minute,
    ['llama3-70b', 'qwen3-32b', 'phi4-mini'][pod % 3 + 1] AS pool,
    ['ttft', 'generation_tokens', 'prompt_tokens', 'requests', 'prefix_cache_hits', 'prefix_cache_queries'][series % 6 + 1] AS metric,
    toDateTime64(toStartOfMinute({start:DateTime64(3, 'UTC')} + toIntervalMillisecond(toUInt64(n * {step_ms:Float64}))), 0, 'UTC') AS at,
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] AS bounds, arrayMap(i -> toUInt64((minute + 1) * i), range(1, 9)) AS counts
SELECT
    at, 'gpu-iad', 'llm', pool, concat(pool, '-', toString(pod)), 'vllm', metric, pool, '', series, {start:DateTime64(3, 'UTC')}, 4, at + 45,
    minute * 100, (minute + 1) * 100, if(metric = 'ttft', (minute * 10, bounds, arrayMap(c -> c - 1, counts)), (0, [], [])), if(metric = 'ttft', (minute + 1) * 10, 0),
    if(metric = 'ttft', (bounds, counts), ([], []))
FROM numbers({rows:UInt64})
