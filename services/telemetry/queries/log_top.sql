-- The most frequent values of one field, and how many lines there are in all.
SELECT value, lines, sum(lines) OVER () AS all_lines
FROM
(
    SELECT
        multiIf(
            {field:String} = 'status', toString(status),
            {field:String} = 'status_class', toString(status_class),
            {field:String} = 'method', toString(method),
            {field:String} = 'host', toString(host),
            {field:String} = 'path', path,
            {field:String} = 'route', toString(route),
            {field:String} = 'gateway', concat(namespace, '/', gateway),
            {field:String} = 'namespace', toString(namespace),
            {field:String} = 'upstream_name', toString(upstream_name),
            {field:String} = 'upstream_addr', toString(upstream_addr),
            {field:String} = 'client_ip', client_ip,
            {field:String} = 'user_agent', toString(user_agent),
            {field:String} = 'cluster_name', toString(cluster_name), '') AS value,
        count() AS lines
    FROM $ngf_access_logs
    WHERE $scope
        AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
    GROUP BY value
) AS counted
ORDER BY lines DESC, value
LIMIT {limit:UInt32}
