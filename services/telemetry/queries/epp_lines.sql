-- Log lines of endpoint pickers on requests.
SELECT request_id, toUnixTimestamp64Micro(timestamp) * 1000 AS at, message, fields
FROM $ngf_epp_events
WHERE $scope AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')}
    AND request_id IN {ids:Array(String)}
