-- Scaling events. A row that was written again counts once, as it was written last.
SELECT
    timestamp, cluster_name, namespace, pool_name, target_kind, target_name, scaler, kind,
    from_replicas, to_replicas, reason, message, trigger, source, event_id
FROM
(
    SELECT *
    FROM $ngf_scaling_events
    WHERE $scope
        AND timestamp >= {from:DateTime64(3, 'UTC')} AND timestamp < {to:DateTime64(3, 'UTC')} $where
    ORDER BY timestamp DESC
    LIMIT 1 BY cluster_name, namespace, event_id
) AS events
