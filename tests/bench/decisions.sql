INSERT INTO ngf_epp_decisions
    (timestamp, cluster_name, namespace, picker, pool_name, request_id, trace_id, evidence, selected_pod, target_model,
     top_endpoints, top_scores, candidates_considered, decision_latency_us)
WITH
    number + {from:UInt64} AS n, intDiv(n, 3) AS request, ['pick', 'profile', 'handled'][n % 3 + 1] AS told,
    ['llama3-70b', 'qwen3-32b', 'phi4-mini'][cityHash64(request) % 3 + 1] AS pool, hex(cityHash64(request, 'trace')) AS trace
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMillisecond(toUInt64(n * {step_ms:Float64})), 'gpu-iad', 'llm', concat(pool, '-epp'), pool,
    if(told = 'profile', '', hex(cityHash64(request, 'id'))), if(told = 'handled', '', trace), told,
    if(told = 'handled', concat('10.244.1.', toString(request % 200), ':8000'), NULL), pool,
    if(told = 'profile', [concat('llm/', pool, '-1-rank-0'), concat('llm/', pool, '-2-rank-0')], []), if(told = 'profile', [2.5, 1.5], []),
    if(told = 'profile', 8, NULL), if(told = 'profile', 150 + rand() % 500, NULL)
FROM numbers({rows:UInt64})
