INSERT INTO ngf_inference_logs
    (timestamp, cluster_name, namespace, inference_pool, source, model_name, pod_name, node_name, gpu_id, gpu_type, request_id, trace_id,
     time_to_first_token_ms, time_in_queue_ms, total_inference_time_ms, tokens_generated, input_tokens, output_tokens, tokens_per_second,
     epp_selected_reason, epp_decision_latency_us, queue_depth_at_selection, kv_cache_pct_at_selection, prefix_cache_hit, status)
WITH
    rand64(1) / 18446744073709551616 AS u1, rand64(2) / 18446744073709551616 AS u2,
    rand64(3) / 18446744073709551616 AS u3, rand64(4) / 18446744073709551616 AS u4,
    rand64(5) / 18446744073709551616 AS u5, rand64(6) / 18446744073709551616 AS u6,
    multiIf(u1 < 0.6, 1, u1 < 0.9, 2, 3) AS place,
    toUInt8(floor(pow(u2, 2) * 12)) AS number_of_pool, toUInt8(u3 * (3 + number_of_pool % 6)) AS pod,
    ['llama3-70b', 'qwen3-32b', 'phi4-mini', 'qwen2-72b', 'mixtral-8x7b', 'gemma2-27b', 'phi3-mini', 'codellama-34b', 'deepseek-v2', 'embed-e5', 'whisper-v3', 'llama3-405b'][number_of_pool + 1] AS model,
    toUInt32(exp(randNormal(6, 1, 1))) AS read, toUInt32(exp(randNormal(5, 0.9, 2))) AS written,
    exp(3.5 + (number_of_pool % 5) * 0.5 + read / 8000 + randNormal(0, 0.5, 3)) AS first, 15 + 120 / (1 + number_of_pool % 5) * (0.5 + u4) AS speed
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMillisecond(toUInt64((number + {from:UInt64}) * {step_ms:Float64})),
    ['web-fra', 'gpu-iad', 'hub-fra'][place], 'llm', model, 'engine span', model, concat(model, '-', toString(place), '-', toString(pod)), concat('gpu-node-', toString((number_of_pool * 7 + pod) % 24)),
    toUInt8(u6 * 8), ['H100', 'L40S', 'A100'][number_of_pool % 3 + 1],
    lower(hex(concat(reinterpretAsFixedString(rand64(11)), reinterpretAsFixedString(rand64(12))))), lower(hex(concat(reinterpretAsFixedString(rand64(13)), reinterpretAsFixedString(rand64(14))))),
    first, first * 0.1 * u5, first + written / speed * 1000, written, read, written, speed,
    ['prefix-cache-scorer', 'queue-scorer', 'kv-cache-utilization-scorer'][toUInt8(pow(u6, 1.5) * 3) + 1], exp(randNormal(5.5, 0.6, 5)), toUInt16(exp(randNormal(1, 0.8, 6))), 100 * pow(u5, 0.7), u6 < 0.35,
    if(u4 < 0.01, [500, 503, 429][toUInt8(u6 * 3) + 1], 200)
FROM numbers({rows:UInt64})
