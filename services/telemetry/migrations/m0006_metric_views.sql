-- From metrics of engines, pickers, devices and gateways to readings and counters under names of our
-- own. Seconds become milliseconds, shares of 0 to 1 percent. Which cluster sent a point is said by
-- the resource attribute cluster_name; point attributes name pod, namespace, node and pool.
-- A point with flag 1 says that its series has ended and has no value. What is not of the size that
-- such a number can have is no reading.

-- Ranks of one engine (data parallel) wait and run beside each other, and fill a cache each: the
-- first are summed, the last averaged. A metric that was renamed counts under its new name if both
-- are there.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_pod_metrics_mv $on_cluster TO $db.ngf_pod_metrics AS
WITH
    Attributes AS a,
    ResourceAttributes AS r,
    multiIf(startsWith(MetricName, 'vllm:'), 'vllm', startsWith(MetricName, 'sglang:'), 'sglang', startsWith(MetricName, 'nv_'), 'triton', startsWith(MetricName, 'tgi_'), 'tgi', startsWith(MetricName, 'DCGM_'), 'dcgm', 'nginx') AS engine,
    -- Without honor_labels the exporter's own pod has taken the name.
    if(engine = 'dcgm' AND NOT mapContains(a, 'exported_pod') AND a['pod'] LIKE '%dcgm-exporter%', '', multiIf(engine = 'dcgm' AND a['exported_pod'] != '', a['exported_pod'], a['pod'] != '', a['pod'], engine = 'dcgm', '', r['k8s.pod.name'])) AS pod,
    if(a['UUID'] != '', a['UUID'], a['gpu_uuid']) AS uuid,
    (x -> accurateCastOrNull(trunc(x), 'UInt32')) AS whole,
    -- One device of several parts (MIG) has readings for each of them.
    if(a['GPU_I_ID'] != '', concat(uuid, '/', a['GPU_I_ID']), uuid) AS device,
    transform(MetricName, [
        'vllm:num_requests_waiting', 'sglang:num_queue_reqs', 'nv_inference_pending_request_count', 'tgi_queue_size',
        'vllm:num_requests_running', 'sglang:num_running_reqs', 'tgi_batch_current_size',
        'vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc', 'sglang:token_usage',
        'sglang:cache_hit_rate', 'vllm:gpu_prefix_cache_hit_rate',
        'DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE', 'nv_gpu_utilization',
        'DCGM_FI_DEV_FB_USED', 'DCGM_FI_DEV_FB_FREE', 'DCGM_FI_DEV_FB_RESERVED', 'DCGM_FI_DEV_FB_TOTAL',
        'nv_gpu_memory_used_bytes', 'nv_gpu_memory_total_bytes',
        'DCGM_FI_DEV_GPU_TEMP', 'DCGM_FI_DEV_POWER_USAGE', 'nv_gpu_power_usage', 'DCGM_FI_DEV_XID_ERRORS'
    ], [
        'waiting', 'waiting', 'waiting', 'waiting',
        'running', 'running', 'running',
        'kv', 'kv old', 'kv',
        'hits', 'hits',
        'busy', 'engine active', 'engine active',
        'used', 'free', 'reserved', 'total',
        'used bytes', 'total bytes',
        'temperature', 'power', 'power', 'xid'
    ], multiIf(
        MetricName = 'nv_trt_llm_request_metrics' AND a['request_type'] = 'waiting', 'waiting inside',
        MetricName = 'nv_trt_llm_request_metrics' AND a['request_type'] = 'active', 'running',
        MetricName = 'nv_trt_llm_kv_cache_block_metrics' AND a['kv_cache_block_type'] = 'fraction', 'kv',
        MetricName = 'nginx_http_connection_count_connections' AND a['nginx_connections_outcome'] = 'ACTIVE', 'connections', '')) AS reading,
    sumOrNullIf(Value, reading = 'waiting inside') AS waiting_inside,
    avgOrNullIf(Value, reading = 'kv') AS kv,
    avgOrNullIf(Value, reading = 'busy') AS busy,
    coalesce(maxOrNullIf(Value, reading = 'used'), maxOrNullIf(Value, reading = 'used bytes') / 1048576) AS used,
    maxOrNullIf(Value, reading = 'free') AS free,
    maxOrNullIf(Value, reading = 'reserved') AS reserved,
    coalesce(maxOrNullIf(Value, reading = 'total'), maxOrNullIf(Value, reading = 'total bytes') / 1048576) AS total
SELECT
    toDateTime64(TimeUnix, 3, 'UTC') AS timestamp,
    r['cluster_name'] AS cluster_name,
    multiIf(pod = '', '', engine = 'dcgm' AND a['exported_namespace'] != '', a['exported_namespace'], a['namespace'] != '', a['namespace'], r['k8s.namespace.name']) AS namespace,
    multiIf(engine = 'nginx', '', a['pool'] != '', a['pool'], a['inference_pool'] != '', a['inference_pool'], r['ngf.inference_pool']) AS pool_name,
    pod AS pod_name,
    multiIf(a['node'] != '', a['node'], a['Hostname'] != '', a['Hostname'], r['k8s.node.name']) AS node_name,
    engine AS source,
    max(if(a['model_name'] != '', a['model_name'], a['model'])) AS model_name,
    toUInt8OrNull(a['gpu']) AS gpu_id,
    device AS gpu_uuid,
    trimBoth(concat(a['modelName'], if(a['GPU_I_PROFILE'] != '', concat(' MIG ', a['GPU_I_PROFILE']), ''))) AS gpu_type,
    whole(coalesce(waiting_inside, sumOrNullIf(Value, reading = 'waiting'))) AS queue_depth,
    whole(sumOrNullIf(Value, reading = 'running')) AS requests_in_flight,
    toFloat32(100 * coalesce(kv, avgOrNullIf(Value, reading = 'kv old'))) AS kv_cache_util_pct,
    toFloat32(100 * avgOrNullIf(Value, reading = 'hits')) AS prefix_cache_hit_pct,
    toFloat32(coalesce(busy, 100 * avgOrNullIf(Value, reading = 'engine active'))) AS gpu_util_pct,
    whole(used) AS gpu_mem_used_mb,
    whole(free) AS gpu_mem_free_mb,
    whole(reserved) AS gpu_mem_reserved_mb,
    whole(coalesce(total, used + free + ifNull(reserved, 0))) AS gpu_mem_total_mb,
    accurateCastOrNull(trunc(maxOrNullIf(Value, reading = 'temperature')), 'UInt16') AS gpu_temperature_c,
    toFloat32(maxOrNullIf(Value, reading = 'power')) AS gpu_power_w,
    whole(maxOrNullIf(Value, reading = 'xid')) AS gpu_xid,
    whole(sumOrNullIf(Value, reading = 'connections')) AS connections_active
FROM $db.otel_metrics_gauge
WHERE reading != '' AND bitAnd(Flags, 1) = 0 AND Value BETWEEN 0 AND 1e18
GROUP BY timestamp, cluster_name, namespace, pool_name, pod_name, node_name, source, gpu_id, gpu_uuid, gpu_type;

-- Pickers of llm-d write each gauge under its old name as well, with the same value. Saturation is a
-- share that may go over 1 and stays one.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_picker_metrics_mv $on_cluster TO $db.ngf_picker_metrics AS
WITH
    Attributes AS a,
    replaceRegexpOne(MetricName, '^(llm_d_epp|inference_pool|inference_extension)_', '') AS name
SELECT
    toDateTime64(TimeUnix, 3, 'UTC') AS timestamp,
    ResourceAttributes['cluster_name'] AS cluster_name,
    if(a['namespace'] != '', a['namespace'], ResourceAttributes['k8s.namespace.name']) AS namespace,
    multiIf(a['name'] != '', a['name'], a['inference_pool'] != '', a['inference_pool'], a['pool'] != '', a['pool'], ResourceAttributes['ngf.inference_pool']) AS pool_name,
    accurateCastOrNull(maxOrNullIf(Value, name IN ('ready_endpoints', 'ready_pods')), 'UInt32') AS ready_endpoints,
    toFloat32(avgOrNullIf(Value, name = 'average_queue_size')) AS queue_size,
    toFloat32(avgOrNullIf(Value, name = 'average_running_requests')) AS running,
    toFloat32(100 * avgOrNullIf(Value, name = 'average_kv_cache_utilization')) AS kv_cache_pct,
    toFloat32(maxOrNullIf(Value, name = 'flow_control_pool_saturation')) AS saturation
FROM $db.otel_metrics_gauge
WHERE match(MetricName, '^(llm_d_epp|inference_pool|inference_extension)_')
    AND name IN ('ready_endpoints', 'ready_pods', 'average_queue_size', 'average_running_requests', 'average_kv_cache_utilization', 'flow_control_pool_saturation')
    AND (name != 'flow_control_pool_saturation' OR a['stage'] IN ('', 'effective'))
    AND bitAnd(Flags, 1) = 0 AND Value BETWEEN 0 AND 1e18
GROUP BY timestamp, cluster_name, namespace, pool_name;

-- Counters. A deprecated twin of a picker's counter is kept apart, as source "picker (old names)",
-- because its labels are fewer: readers take it where a picker has no other. Renamed metrics of an
-- engine have the same labels and fall into one series. An increment (delta temporality) is a series
-- that began at 0.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_counters_sum_mv $on_cluster TO $db.ngf_counters_1m AS
WITH
    Attributes AS a,
    ResourceAttributes AS r,
    replaceRegexpOne(MetricName, '_total$$', '') AS name,
    multiIf(startsWith(name, 'vllm:'), 'vllm', startsWith(name, 'sglang:'), 'sglang', startsWith(name, 'nv_'), 'triton', startsWith(name, 'tgi_'), 'tgi', startsWith(name, 'llm_d_epp_'), 'picker', startsWith(name, 'inference_'), 'picker (old names)', '') AS engine,
    multiIf(
        name = 'vllm:request_success' AND a['finished_reason'] IN ('abort', 'error'), ['requests', 'errors'],
        name IN ('nv_inference_request_failure', 'tgi_request_failure'), ['requests', 'errors'],
        name = 'sglang:prompt_tokens', ['prompt_tokens', 'prefix_cache_queries'],
        [transform(name, [
            'vllm:request_success', 'sglang:num_requests', 'nv_inference_request_success', 'tgi_request_success',
            'sglang:num_aborted_requests',
            'vllm:prompt_tokens', 'vllm:generation_tokens', 'sglang:generation_tokens',
            'vllm:prefix_cache_hits', 'vllm:gpu_prefix_cache_hits', 'sglang:cached_tokens',
            'vllm:prefix_cache_queries', 'vllm:gpu_prefix_cache_queries',
            'vllm:num_preemptions', 'sglang:num_retracted_requests',
            'nv_inference_request_duration_us', 'nv_inference_queue_duration_us',
            'llm_d_epp_request', 'inference_objective_request',
            'llm_d_epp_request_error', 'inference_objective_request_error',
            'llm_d_epp_scheduler_attempts', 'inference_extension_scheduler_attempts'
        ], [
            'requests', 'requests', 'requests', 'requests',
            'errors',
            'prompt_tokens', 'generation_tokens', 'generation_tokens',
            'prefix_cache_hits', 'prefix_cache_hits', 'prefix_cache_hits',
            'prefix_cache_queries', 'prefix_cache_queries',
            'preemptions', 'preemptions',
            'e2e', 'queue_time',
            'picker_requests', 'picker_requests',
            'picker_errors', 'picker_errors',
            'picker_attempts', 'picker_attempts'
        ], '')]) AS metrics,
    -- Microseconds of counters that add them up.
    if(name LIKE 'nv_%_us', Value / 1000, Value) AS amount
SELECT
    toDateTime64(toStartOfMinute(TimeUnix), 0, 'UTC') AS window_start,
    r['cluster_name'] AS cluster_name,
    if(a['namespace'] != '', a['namespace'], r['k8s.namespace.name']) AS namespace,
    multiIf(a['inference_pool'] != '', a['inference_pool'], a['pool'] != '', a['pool'], r['ngf.inference_pool']) AS pool_name,
    if(a['pod'] != '', a['pod'], r['k8s.pod.name']) AS pod_name,
    engine AS source,
    arrayJoin(metrics) AS metric,
    multiIf(a['target_model_name'] != '', a['target_model_name'], a['model_name'] != '', a['model_name'], a['model']) AS model_name,
    multiIf(
        name LIKE '%_scheduler_attempts', if(a['endpoint_name'] != '', a['endpoint_name'], a['pod_name']),
        name LIKE '%_request_error', a['error_code'],
        name IN ('nv_inference_request_success', 'tgi_request_success'), 'success',
        name = 'nv_inference_request_failure', a['reason'],
        name = 'tgi_request_failure', a['err'],
        name = 'sglang:num_aborted_requests', 'abort',
        a['finished_reason']) AS label,
    cityHash64(arraySort(arrayZip(mapKeys(a), mapValues(a)))) AS series,
    if(AggregationTemporality = 1, toDateTime64(TimeUnix, 3, 'UTC'), toDateTime64(StartTimeUnix, 3, 'UTC')) AS started,
    sumSimpleState(toUInt64(1)) AS samples,
    maxSimpleState(toDateTime64(TimeUnix, 3, 'UTC')) AS last_seen,
    minSimpleState(if(AggregationTemporality = 1, 0, amount)) AS first_value,
    maxSimpleState(amount) AS last_value
FROM $db.otel_metrics_sum
WHERE engine != '' AND metrics != [''] AND IsMonotonic AND bitAnd(Flags, 1) = 0 AND Value BETWEEN 0 AND 1e18
GROUP BY window_start, cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started;

-- Histograms: how many there are up to each bound, over the bound before it.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_counters_histogram_mv $on_cluster TO $db.ngf_counters_1m AS
WITH
    Attributes AS a,
    ResourceAttributes AS r,
    MetricName AS name,
    multiIf(startsWith(name, 'vllm:'), 'vllm', startsWith(name, 'sglang:'), 'sglang', startsWith(name, 'nv_'), 'triton', startsWith(name, 'tgi_'), 'tgi', startsWith(name, 'llm_d_epp_'), 'picker', startsWith(name, 'inference_'), 'picker (old names)', '') AS engine,
    transform(MetricName, [
        'vllm:time_to_first_token_seconds', 'sglang:time_to_first_token_seconds', 'nv_inference_first_response_histogram_ms',
        'vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds', 'sglang:inter_token_latency_seconds',
        'vllm:request_time_per_output_token_seconds', 'sglang:request_time_per_output_token_seconds', 'tgi_request_mean_time_per_token_duration',
        'vllm:e2e_request_latency_seconds', 'sglang:e2e_request_latency_seconds', 'tgi_request_duration',
        'vllm:request_queue_time_seconds', 'sglang:queue_time_seconds', 'tgi_request_queue_duration',
        'vllm:request_prefill_time_seconds', 'vllm:request_decode_time_seconds',
        'tgi_request_input_length', 'tgi_request_generated_tokens',
        'llm_d_epp_request_ttft_seconds', 'inference_objective_request_ttft_seconds',
        'llm_d_epp_scheduler_e2e_duration_seconds', 'inference_extension_scheduler_e2e_duration_seconds'
    ], [
        'ttft', 'ttft', 'ttft',
        'itl', 'itl', 'itl',
        'tpot', 'tpot', 'tpot',
        'e2e', 'e2e', 'e2e',
        'queue_time', 'queue_time', 'queue_time',
        'prefill', 'decode',
        'prompt_tokens', 'generation_tokens',
        'picker_ttft', 'picker_ttft',
        'picker_decision', 'picker_decision'
    ], if(MetricName = 'tgi_batch_inference_duration' AND a['method'] IN ('prefill', 'decode'), a['method'], '')) AS measured,
    multiIf(MetricName LIKE '%_ms' OR measured LIKE '%_tokens', 1, 1000) AS factor,
    if(length(BucketCounts) = length(ExplicitBounds) + 1, arrayMap(x -> round(factor * x, 6), arrayPushBack(ExplicitBounds, inf)), []) AS bounds,
    if(empty(bounds), [], BucketCounts) AS counts
SELECT
    toDateTime64(toStartOfMinute(TimeUnix), 0, 'UTC') AS window_start,
    r['cluster_name'] AS cluster_name,
    if(a['namespace'] != '', a['namespace'], r['k8s.namespace.name']) AS namespace,
    multiIf(a['inference_pool'] != '', a['inference_pool'], a['pool'] != '', a['pool'], r['ngf.inference_pool']) AS pool_name,
    if(a['pod'] != '', a['pod'], r['k8s.pod.name']) AS pod_name,
    engine AS source,
    measured AS metric,
    multiIf(a['target_model_name'] != '', a['target_model_name'], a['model_name'] != '', a['model_name'], a['model']) AS model_name,
    a['outcome'] AS label,
    cityHash64(arraySort(arrayZip(mapKeys(a), mapValues(a)))) AS series,
    if(AggregationTemporality = 1, toDateTime64(TimeUnix, 3, 'UTC'), toDateTime64(StartTimeUnix, 3, 'UTC')) AS started,
    sumSimpleState(toUInt64(1)) AS samples,
    maxSimpleState(toDateTime64(TimeUnix, 3, 'UTC')) AS last_seen,
    minSimpleState(if(AggregationTemporality = 1, 0, factor * Sum)) AS first_value,
    maxSimpleState(factor * Sum) AS last_value,
    minSimpleState(if(AggregationTemporality = 1, (toUInt64(0), [], []), (Count, bounds, counts))) AS first_counted,
    maxSimpleState(Count) AS last_count,
    maxMapSimpleState(tuple(bounds, counts)) AS last_buckets
FROM $db.otel_metrics_histogram
WHERE measured != '' AND bitAnd(Flags, 1) = 0 AND Sum BETWEEN 0 AND 1e18
GROUP BY window_start, cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started;

-- Exponential histograms, with buckets of scale 3 where they are finer: then bounds stay the same when
-- a sender makes them coarser. Kept are buckets that hold something, and where they begin.
CREATE MATERIALIZED VIEW IF NOT EXISTS $db.otel_counters_exp_histogram_mv $on_cluster TO $db.ngf_counters_1m AS
WITH
    Attributes AS a,
    ResourceAttributes AS r,
    MetricName AS name,
    multiIf(startsWith(name, 'vllm:'), 'vllm', startsWith(name, 'sglang:'), 'sglang', startsWith(name, 'nv_'), 'triton', startsWith(name, 'tgi_'), 'tgi', startsWith(name, 'llm_d_epp_'), 'picker', startsWith(name, 'inference_'), 'picker (old names)', '') AS engine,
    transform(MetricName, [
        'vllm:time_to_first_token_seconds', 'sglang:time_to_first_token_seconds', 'nv_inference_first_response_histogram_ms',
        'vllm:inter_token_latency_seconds', 'vllm:time_per_output_token_seconds', 'sglang:inter_token_latency_seconds',
        'vllm:request_time_per_output_token_seconds', 'sglang:request_time_per_output_token_seconds', 'tgi_request_mean_time_per_token_duration',
        'vllm:e2e_request_latency_seconds', 'sglang:e2e_request_latency_seconds', 'tgi_request_duration',
        'vllm:request_queue_time_seconds', 'sglang:queue_time_seconds', 'tgi_request_queue_duration',
        'vllm:request_prefill_time_seconds', 'vllm:request_decode_time_seconds',
        'tgi_request_input_length', 'tgi_request_generated_tokens',
        'llm_d_epp_request_ttft_seconds', 'inference_objective_request_ttft_seconds',
        'llm_d_epp_scheduler_e2e_duration_seconds', 'inference_extension_scheduler_e2e_duration_seconds'
    ], [
        'ttft', 'ttft', 'ttft',
        'itl', 'itl', 'itl',
        'tpot', 'tpot', 'tpot',
        'e2e', 'e2e', 'e2e',
        'queue_time', 'queue_time', 'queue_time',
        'prefill', 'decode',
        'prompt_tokens', 'generation_tokens',
        'picker_ttft', 'picker_ttft',
        'picker_decision', 'picker_decision'
    ], if(MetricName = 'tgi_batch_inference_duration' AND a['method'] IN ('prefill', 'decode'), a['method'], '')) AS measured,
    multiIf(MetricName LIKE '%_ms' OR measured LIKE '%_tokens', 1, 1000) AS factor,
    least(Scale, 3) AS coarse,
    arrayMap(n -> bitShiftRight(toInt32(PositiveOffset + n - 1), toUInt8(Scale - coarse)), arrayEnumerate(PositiveBucketCounts)) AS indexes,
    arrayReduce('sumMap', [arrayMap(i -> round(factor * exp2((i + 1) / exp2(coarse)), 6), indexes)], [PositiveBucketCounts]) AS merged,
    arrayMap(i -> round(factor * exp2(i / exp2(coarse)), 6), arrayFilter((i, n) -> n > 0, indexes, PositiveBucketCounts)) AS lower,
    arrayReduce('maxMap', [arrayConcat([0], merged.1, lower)], [arrayConcat([ZeroCount], merged.2, arrayResize(emptyArrayUInt64(), length(lower)))]) AS edges,
    edges.1 AS bounds,
    edges.2 AS counts
SELECT
    toDateTime64(toStartOfMinute(TimeUnix), 0, 'UTC') AS window_start,
    r['cluster_name'] AS cluster_name,
    if(a['namespace'] != '', a['namespace'], r['k8s.namespace.name']) AS namespace,
    multiIf(a['inference_pool'] != '', a['inference_pool'], a['pool'] != '', a['pool'], r['ngf.inference_pool']) AS pool_name,
    if(a['pod'] != '', a['pod'], r['k8s.pod.name']) AS pod_name,
    engine AS source,
    measured AS metric,
    multiIf(a['target_model_name'] != '', a['target_model_name'], a['model_name'] != '', a['model_name'], a['model']) AS model_name,
    a['outcome'] AS label,
    cityHash64(arraySort(arrayZip(mapKeys(a), mapValues(a)))) AS series,
    if(AggregationTemporality = 1, toDateTime64(TimeUnix, 3, 'UTC'), toDateTime64(StartTimeUnix, 3, 'UTC')) AS started,
    sumSimpleState(toUInt64(1)) AS samples,
    maxSimpleState(toDateTime64(TimeUnix, 3, 'UTC')) AS last_seen,
    minSimpleState(if(AggregationTemporality = 1, 0, factor * Sum)) AS first_value,
    maxSimpleState(factor * Sum) AS last_value,
    minSimpleState(if(AggregationTemporality = 1, (toUInt64(0), [], []), (Count, bounds, counts))) AS first_counted,
    maxSimpleState(Count) AS last_count,
    maxMapSimpleState(tuple(bounds, counts)) AS last_buckets
FROM $db.otel_metrics_exp_histogram
WHERE measured != '' AND bitAnd(Flags, 1) = 0 AND Sum BETWEEN 0 AND 1e18 AND Scale BETWEEN -10 AND 20
GROUP BY window_start, cluster_name, namespace, pool_name, pod_name, source, metric, model_name, label, series, started;
