-- When the newest request of a window ended; null where there is none.
SELECT maxOrNull(timestamp) AS newest
FROM $ngf_access_logs
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
