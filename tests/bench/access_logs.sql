INSERT INTO ngf_access_logs
    (timestamp, cluster_name, namespace, gateway, pod_name, listener, route, rule, route_source, scheme, host, method,
     path, protocol, status, status_class, completion, latency_ms, upstream_latency_ms, upstream_connect_ms,
     upstream_header_ms, request_size, response_size, upstream_name, upstream_addr, upstream_status, upstream_attempts,
     client_ip, user_agent, request_id, trace_id, tls_version, waf_action, bot_classification, xc_edge_latency_ms)
WITH
    rand64(1) / 18446744073709551616 AS u1, rand64(2) / 18446744073709551616 AS u2,
    rand64(3) / 18446744073709551616 AS u3, rand64(4) / 18446744073709551616 AS u4,
    rand64(5) / 18446744073709551616 AS u5, rand64(6) / 18446744073709551616 AS u6,
    multiIf(u1 < 0.6, 1, u1 < 0.9, 2, 3) AS place,
    toUInt32(floor(pow(u2, 3) * 120)) AS number_of_route,
    ['shop', 'checkout', 'search', 'media', 'auth', 'billing', 'llm', 'admin'][number_of_route % 8 + 1] AS team,
    ['/api/v1/orders', '/api/v1/cart', '/search', '/static/js', '/login', '/v1/chat/completions', '/graphql', '/healthz'][toUInt8(pow(u3, 2) * 8) + 1] AS base,
    u4 < 0.004 * (1 + 10 * (number_of_route % 17 = 0)) AS failed,
    multiIf(failed, [500, 502, 503, 504][toUInt8(u5 * 4) + 1], u4 < 0.05, [400, 401, 403, 404, 429][toUInt8(u5 * 5) + 1], u4 < 0.08, 302, 200) AS code,
    exp(2.2 + (number_of_route % 13) * 0.22 + if(failed, 1.5, 0) + randNormal(0, 0.7, 1)) AS took
SELECT
    {start:DateTime64(3, 'UTC')} + toIntervalMillisecond(toUInt64((number + {from:UInt64}) * {step_ms:Float64})),
    ['web-fra', 'gpu-iad', 'hub-fra'][place], team, ['public', 'internal', 'api', 'llm'][number_of_route % 4 + 1],
    concat('edge-', toString(toUInt8(u6 * 3))), '443', concat(team, '/route-', toString(number_of_route)), toString(number_of_route % 3), 'variable', 'https', concat(team, '.example.com'),
    ['GET', 'GET', 'GET', 'POST'][toUInt8(u6 * 4) + 1],
    if(u5 < 0.4, concat(base, '/', toString(100000 + toUInt32(pow(u6, 2) * 900000))), base), ['HTTP/1.1', 'HTTP/2.0', 'HTTP/2.0'][toUInt8(u5 * 3) + 1],
    code, multiIf(code >= 500, '5xx', code >= 400, '4xx', code >= 300, '3xx', '2xx'), 'OK', took, took * (0.7 + 0.28 * u6), 0.4 + u5, took * (0.5 + 0.2 * u6),
    toUInt64(200 + exp(randNormal(5, 1, 2))), toUInt64(exp(randNormal(8, 1.5, 3))),
    concat(team, '_svc-', toString(number_of_route % 40), '_80'), concat('10.', toString(place), '.', toString(number_of_route % 40), '.', toString(toUInt8(u5 * 8) + 2), ':8080'),
    if(failed AND u6 < 0.5, NULL, code), 1,
    IPv4NumToString(toUInt32(167772160 + 3000000000 * (cityHash64(toUInt32(pow(u6, 2) * 50000)) / 18446744073709551616))),
    concat(['Mozilla/5.0 (X11; Linux x86_64; rv:', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/', 'curl/8.', 'python-requests/2.'][toUInt8(u3 * 4) + 1], toString(toUInt8(pow(u6, 2) * 20) + 100)),
    lower(hex(concat(reinterpretAsFixedString(rand64(11)), reinterpretAsFixedString(rand64(12))))),
    if(u5 < 0.3, lower(hex(concat(reinterpretAsFixedString(rand64(13)), reinterpretAsFixedString(rand64(14))))), ''),
    'TLSv1.3', multiIf(code = 403, 'blocked', number_of_route % 4 = 0, 'passed', ''), if(number_of_route % 4 = 0, ['human', 'bot'][toUInt8(u5 * 2) + 1], ''), if(place = 3, 5 + u6 * 20, NULL)
FROM numbers({rows:UInt64})
