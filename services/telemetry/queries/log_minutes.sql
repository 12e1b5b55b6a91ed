-- Lines of access logs by the class of their status in buckets of whole minutes.
SELECT
    toDateTime64(intDiv(toUnixTimestamp(window_start), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS bucket,
    status_class,
    sum(request_count) AS lines,
    max(last_seen) AS newest
FROM $ngf_metrics_1m
WHERE $scope
    AND toStartOfHour(window_start) >= toStartOfHour({from:DateTime64(3, 'UTC')}) AND toStartOfHour(window_start) <= toStartOfHour({to:DateTime64(3, 'UTC')})
    AND window_start >= {from:DateTime64(3, 'UTC')} AND window_start < {to:DateTime64(3, 'UTC')} $where
GROUP BY bucket, status_class
ORDER BY bucket
