-- Lines by the class of their status in buckets of time.
SELECT
    toDateTime64(intDiv(toUnixTimestamp(timestamp), {step:UInt32}) * {step:UInt32}, 0, 'UTC') AS bucket,
    status_class,
    count() AS lines,
    max(timestamp) AS newest
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
GROUP BY bucket, status_class
ORDER BY bucket
