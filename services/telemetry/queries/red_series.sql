-- Requests, failures and latency in buckets of whole minutes or whole hours, by whatever is asked.
-- Of gateways and routes those in named are told apart, the others come together without a name.
WITH
    arraySort(mapKeys(hist)) AS buckets,
    arrayMap(b -> hist[b], buckets) AS counts,
    arrayCumSum(counts) AS below,
    [0.5, 0.95, 0.99] AS levels,
    arrayMap(p -> arrayFirstIndex(c -> c >= p * below[-1], below), levels) AS places
SELECT
    cluster, name, bucket, requests, failures, client_errors, newest,
    if(empty(buckets), [], arrayMap((p, i) -> exp2((buckets[i] + (p * below[-1] - below[i] + counts[i]) / counts[i]) / 8), levels, places)) AS percentiles
FROM
(
    SELECT
        if({by:String} IN ('', 'status_class'), '', cluster_name) AS cluster,
        if({by:String} IN ('gateway', 'route') AND NOT has({named:Array(String)}, concat(cluster_name, ' ', label)), NULL, label) AS name,
        toDateTime64(intDiv(toUnixTimestamp(window_start), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS bucket,
        sum(request_count) AS requests,
        sumIf(request_count, status_class = '5xx') AS failures,
        sumIf(request_count, status_class = '4xx') AS client_errors,
        max(last_seen) AS newest,
        sumMap(latency_hist) AS hist
    FROM
    (
        SELECT
            window_start, cluster_name, status_class, request_count, last_seen, latency_hist,
            multiIf({by:String} = 'gateway', concat(namespace, '/', gateway), {by:String} = 'route', toString(route), {by:String} = 'status_class', toString(status_class), '') AS label
        FROM $ngf_metrics_1m
        WHERE NOT {hourly:Bool} AND $scope
            AND toStartOfHour(window_start) >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
            AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
        UNION ALL
        SELECT
            window_start, cluster_name, status_class, request_count, last_seen, latency_hist,
            multiIf({by:String} = 'gateway', concat(namespace, '/', gateway), {by:String} = 'route', toString(route), {by:String} = 'status_class', toString(status_class), '') AS label
        FROM $ngf_metrics_1h
        WHERE {hourly:Bool} AND $scope
            AND toDate(window_start) >= toDate({from:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({to:DateTime64(3, 'UTC')})
            AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
    ) AS parts
    GROUP BY cluster, name, bucket
) AS grouped
ORDER BY cluster, name, bucket
