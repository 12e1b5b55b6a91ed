-- How many requests have a time to first token, when the last of them began, and the longest times,
-- the longest first: what to look at, before anything of it is read.
WITH
    inference_pool AS pool_name,
    if(pool_name != '', toString(pool_name), transform(concat(cluster_name, '/', namespace, '/', pod_name), {pods:Array(String)}, {pools:Array(String)}, '')) AS of_pool
SELECT
    count() AS requests,
    max(timestamp) AS newest,
    arrayMap(x -> -x, groupArraySorted(200)(-toFloat64(time_to_first_token_ms))) AS longest
FROM $ngf_inference_logs
WHERE $scope AND timestamp >= {from:DateTime64(3,'UTC')} AND timestamp < {to:DateTime64(3,'UTC')}
    AND time_to_first_token_ms IS NOT NULL$where
