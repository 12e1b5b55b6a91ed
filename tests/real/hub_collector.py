"""The collector that stands at the hub in the console's place, as the chart of the hub has it."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.real.clickhouse import ClickHouse
from tests.real.collector import Collector, collector, shipped
from tests.serving import free_port


@dataclass
class HubCollector:
    """Where it takes OTLP over HTTP, and the program."""

    url: str
    running: Collector


@contextmanager
def hub_collector(
    clickhouse: ClickHouse, database: str, tokens: Mapping[str, str], folder: Path
) -> Iterator[HubCollector]:
    """It writes to ``database``, and knows the clusters of ``tokens``."""
    config = shipped("ngf-console", "collector", "everything")
    htpasswd = folder / "htpasswd"
    htpasswd.write_text("".join(f"{name}:{_hashed(token)}\n" for name, token in tokens.items()))
    config["extensions"]["basicauth/clusters"]["htpasswd"]["file"] = str(htpasswd)
    config["extensions"]["file_storage/queue"]["directory"] = str(folder)
    port = free_port()
    protocols = config["receivers"]["otlp"]["protocols"]
    protocols["http"]["endpoint"] = f"127.0.0.1:{port}"
    protocols["grpc"]["endpoint"] = f"127.0.0.1:{free_port()}"
    exporter = config["exporters"]["clickhouse"]
    address = urlsplit(clickhouse.url)
    exporter["endpoint"] = f"{address.scheme}://{address.hostname}:{address.port}"
    # The native protocol is a server's; over HTTP blocks go as they are.
    exporter["compress"] = "none"
    exporter["username"], exporter["database"] = address.username or "default", database
    exporter["sending_queue"]["batch"]["flush_timeout"] = "200ms"
    password = address.password or ""
    with collector(config, folder, CLICKHOUSE_PASSWORD=password) as running:
        yield HubCollector(f"http://127.0.0.1:{port}", running)


def _hashed(token: str) -> str:
    """As ``htpasswd -s`` writes it: tokens are long and random, so a fast hash gives none away."""
    return "{SHA}" + base64.b64encode(hashlib.sha1(token.encode()).digest()).decode()
