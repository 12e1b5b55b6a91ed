"""How fast telemetry comes in by the intake: taken (on disk), and carried into the store."""

import json
import random
import time

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from services.container import Container

REQUESTS, LINES = 50, 2_000


def rates(container: Container) -> str:
    """One line about requests of access logs as collectors batch them."""
    bodies = [request(number) for number in range(REQUESTS)]
    size = sum(map(len, bodies)) / REQUESTS / 1024
    started = time.perf_counter()
    for body in bodies:
        container.intake.accept("web-fra", "logs", body)
    taken = time.perf_counter() - started
    started = time.perf_counter()
    batches = container.telemetry.writer.drain()
    written = time.perf_counter() - started
    rows = REQUESTS * LINES
    return (
        f"intake: {rows / taken:,.0f} lines/s taken, {rows / written:,.0f}/s into the store in"
        f" {batches} batches; requests of {LINES} lines, {size:,.0f} KiB"
    )


def request(number: int) -> bytes:
    """A batch of lines as NGF writes them."""
    message = ExportLogsServiceRequest()
    resource = message.resource_logs.add()
    for key, value in {"k8s.container.name": "nginx", "k8s.namespace.name": "shop"}.items():
        resource.resource.attributes.add(key=key).value.string_value = value
    records = resource.scope_logs.add().log_records
    now = time.time()
    for line in range(LINES):
        said = {
            "log": "ngf_access",
            "msec": f"{now - line / 1000:.3f}",
            "request_id": f"{random.getrandbits(128):032x}",
            "remote_addr": "10.0.0.1",
            "host": "shop.example.com",
            "scheme": "https",
            "proto": "HTTP/1.1",
            "method": "GET",
            "path": f"/api/v1/orders/{number * LINES + line}",
            "status": "200",
            "bytes_sent": "5120",
            "req_len": "420",
            "rt": "0.042",
            "proxy_host": "shop_cart_80",
            "uaddr": "10.0.0.2:8080",
            "ustatus": "200",
            "urt": "0.041",
            "route_var": "shop/cart/0",
            "ua": "Mozilla/5.0 (X11; Linux x86_64; rv:109.0)",
        }
        record = records.add(time_unix_nano=int(now * 1e9))
        record.body.string_value = json.dumps(said, separators=(",", ":"))
    return message.SerializeToString()
