-- What engines recorded of requests.
SELECT
    request_id,
    toUnixTimestamp64Milli(timestamp) * 1000000 AS at,
    pod_name AS pod,
    time_to_first_token_ms AS ttft_ms,
    time_in_queue_ms AS queue_ms,
    input_tokens,
    output_tokens
FROM $ngf_inference_logs
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
    AND request_id IN {ids:Array(String)}
