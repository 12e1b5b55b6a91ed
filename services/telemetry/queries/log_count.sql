-- How many lines there are.
SELECT count() AS lines, max(timestamp) AS newest
FROM $ngf_access_logs
WHERE $scope
    AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
