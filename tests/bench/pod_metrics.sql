INSERT INTO ngf_pod_metrics
    (timestamp, cluster_name, namespace, pool_name, pod_name, node_name, source, model_name, gpu_id, gpu_uuid, gpu_type,
     queue_depth, requests_in_flight, kv_cache_util_pct, gpu_util_pct, gpu_mem_used_mb, gpu_mem_total_mb, gpu_temperature_c, gpu_power_w)
WITH
    number + {from:UInt64} AS n, n % 400 AS series, intDiv(series, 2) AS pod, series % 2 = 1 AS of_device,
    ['llama3-70b', 'qwen3-32b', 'phi4-mini'][pod % 3 + 1] AS pool, rand64(1) / 18446744073709551616 AS u1
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMillisecond(toUInt64(n * {step_ms:Float64})), 'gpu-iad', 'llm', pool, concat(pool, '-', toString(pod)), concat('node-', toString(pod % 40)),
    if(of_device, 'dcgm', 'vllm'), pool, if(of_device, pod % 8, NULL), if(of_device, concat('GPU-', toString(pod)), ''), if(of_device, 'H100', ''),
    if(of_device, NULL, toUInt32(exp(u1 * 3))), if(of_device, NULL, toUInt32(u1 * 30)), if(of_device, NULL, 100 * u1),
    if(of_device, 100 * u1, NULL), if(of_device, toUInt32(70000 * u1), NULL), if(of_device, 81920, NULL), if(of_device, toUInt16(40 + 40 * u1), NULL), if(of_device, 300 + 300 * u1, NULL)
FROM numbers({rows:UInt64})
