-- Requests at engines, each with what was read of its pod last before it began, which counts for a
-- minute: those as slow as ``slow`` ms, and of the others ``share`` in a million, always the same.
-- Readings are looked up by pod and minute, so that the join is as large as the sample. Ranks that
-- came in parts are added at their instant.
WITH requests AS
(
    WITH
        inference_pool AS pool_name,
        if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
    SELECT cluster_name, namespace, pod_name, timestamp, request_id, trace_id, model_name,
        of_pool, time_to_first_token_ms, total_inference_time_ms, input_tokens,
        queue_depth_at_selection, kv_cache_pct_at_selection, gpu_utilization_pct,
        cityHash64(timestamp, pod_name, time_to_first_token_ms) % 1000000 < {share:UInt32} AS sampled
    FROM $ngf_inference_logs
    WHERE $scope AND timestamp >= {from:DateTime64(3,'UTC')} AND timestamp < {to:DateTime64(3,'UTC')}
        AND time_to_first_token_ms IS NOT NULL
        AND (sampled OR toFloat64(time_to_first_token_ms) >= {slow:Float64})$where
),
looked_up AS
(
    SELECT pod_name, arrayJoin([toStartOfMinute(timestamp), toStartOfMinute(timestamp) - INTERVAL 60 SECOND])
    FROM requests
),
readings AS
(
    SELECT cluster_name, namespace, pod_name, timestamp,
        sum(m.queue_depth) AS queue_depth, avg(m.kv_cache_util_pct) AS kv_cache_pct
    FROM $ngf_pod_metrics AS m
    WHERE $scope AND timestamp >= {from:DateTime64(3,'UTC')} - INTERVAL 60 SECOND
        AND timestamp < {to:DateTime64(3,'UTC')} AND gpu_uuid = ''
        AND (pod_name, toStartOfMinute(timestamp)) GLOBAL IN looked_up
    GROUP BY cluster_name, namespace, pod_name, timestamp
),
devices AS
(
    SELECT cluster_name, namespace, pod_name, timestamp, avg(m.gpu_util_pct) AS gpu_util
    FROM $ngf_pod_metrics AS m
    WHERE $scope AND timestamp >= {from:DateTime64(3,'UTC')} - INTERVAL 60 SECOND
        AND timestamp < {to:DateTime64(3,'UTC')} AND m.gpu_util_pct IS NOT NULL
        AND (pod_name, toStartOfMinute(timestamp)) GLOBAL IN looked_up
    GROUP BY cluster_name, namespace, pod_name, timestamp
)
SELECT
    l.timestamp AS timestamp, l.cluster_name AS cluster, l.namespace AS namespace,
    l.of_pool AS pool, l.pod_name AS pod, l.request_id AS request_id, l.trace_id AS trace_id,
    l.model_name AS model, l.time_to_first_token_ms AS ttft_ms, l.total_inference_time_ms AS total_ms,
    l.input_tokens AS input_tokens, l.sampled AS sampled,
    ifNull(l.queue_depth_at_selection, if(r.timestamp >= l.timestamp - INTERVAL 60 SECOND, r.queue_depth, NULL)) AS queue_depth,
    ifNull(l.kv_cache_pct_at_selection, if(r.timestamp >= l.timestamp - INTERVAL 60 SECOND, r.kv_cache_pct, NULL)) AS kv_cache_pct,
    ifNull(l.gpu_utilization_pct, if(d.timestamp >= l.timestamp - INTERVAL 60 SECOND, d.gpu_util, NULL)) AS gpu_util_pct
FROM requests AS l
ASOF LEFT JOIN readings AS r ON l.cluster_name = r.cluster_name AND l.namespace = r.namespace
    AND l.pod_name = r.pod_name AND l.timestamp >= r.timestamp
ASOF LEFT JOIN devices AS d ON l.cluster_name = d.cluster_name AND l.namespace = d.namespace
    AND l.pod_name = d.pod_name AND l.timestamp >= d.timestamp
ORDER BY ttft_ms DESC, timestamp
