-- Requests, failures and latency of a window, as a whole or by cluster, gateway or route. Whole
-- hours come from their own rollup, the rest from the minutes. Conditions on the functions of the key
-- stand beside those on the time itself: without them all hours of a day would be read.
WITH
    arraySort(mapKeys(hist)) AS buckets,
    arrayMap(b -> hist[b], buckets) AS counts,
    arrayCumSum(counts) AS below,
    [0.5, 0.95, 0.99] AS levels,
    arrayMap(p -> arrayFirstIndex(c -> c >= p * below[-1], below), levels) AS places
SELECT
    cluster, of_namespace, of_gateway, of_route, requests, failures, client_errors, timed, latency_sum, bytes, newest,
    if(empty(buckets), [], arrayMap((p, i) -> exp2((buckets[i] + (p * below[-1] - below[i] + counts[i]) / counts[i]) / 8), levels, places)) AS percentiles
FROM
(
    SELECT
        if({by:String} = '', '', cluster_name) AS cluster,
        if({by:String} = 'gateway', namespace, '') AS of_namespace,
        if({by:String} = 'gateway', gateway, '') AS of_gateway,
        if({by:String} = 'route', route, '') AS of_route,
        sum(request_count) AS requests,
        sumIf(request_count, status_class = '5xx') AS failures,
        sumIf(request_count, status_class = '4xx') AS client_errors,
        sum(latency_sum_ms) AS latency_sum,
        sum(response_bytes) AS bytes,
        max(last_seen) AS newest,
        sumMap(latency_hist) AS hist,
        arraySum(mapValues(hist)) AS timed
    FROM
    (
        SELECT cluster_name, namespace, gateway, route, status_class, request_count, latency_sum_ms, response_bytes, last_seen, latency_hist
        FROM $ngf_metrics_1m
        WHERE $scope
            AND toStartOfHour(window_start) >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({hours_from:DateTime64(3, 'UTC')})
            AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {hours_from:DateTime64(3, 'UTC')} $where
        UNION ALL
        SELECT cluster_name, namespace, gateway, route, status_class, request_count, latency_sum_ms, response_bytes, last_seen, latency_hist
        FROM $ngf_metrics_1h
        WHERE $scope
            AND toDate(window_start) >= toDate({hours_from:DateTime64(3, 'UTC')}) AND toDate(window_start) <= toDate({hours_to:DateTime64(3, 'UTC')})
            AND window_start >= {hours_from:DateTime64(3, 'UTC')} AND window_start < {hours_to:DateTime64(3, 'UTC')} $where
        UNION ALL
        SELECT cluster_name, namespace, gateway, route, status_class, request_count, latency_sum_ms, response_bytes, last_seen, latency_hist
        FROM $ngf_metrics_1m
        WHERE $scope
            AND toStartOfHour(window_start) >= toStartOfHour({hours_to:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
            AND window_start >= {hours_to:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
    ) AS parts
    GROUP BY cluster, of_namespace, of_gateway, of_route
) AS grouped
ORDER BY requests DESC, cluster, of_namespace, of_gateway, of_route
LIMIT {limit:UInt32}
