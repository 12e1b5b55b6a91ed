"""Promise: what a cluster's forwarder has taken reaches the hub, however long the hub is away or
has no room, and whatever happens to the forwarder meanwhile."""

import gzip
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask, Response, request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.real.collection import recorded
from tests.real.collector import Obj, collector, shipped
from tests.real.kube_api import wait_until
from tests.serving import free_port, loopback

pytestmark = pytest.mark.otelcol

TOKEN = "ngfa_made_up"


class Hub:
    """Remembers the spans that it took. ``answers`` come first, then it takes all."""

    def __init__(self, *answers: int) -> None:
        self.spans: set[str] = set()
        self.refused: list[int] = []
        self._answers = list(answers)
        app = Flask(__name__)
        app.add_url_rule("/v1/traces", "traces", self._take, methods=["POST"])
        self._server = loopback(app)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def _take(self) -> Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if self._answers:
            self.refused.append(self._answers.pop(0))
            return Response(status=self.refused[-1], headers={"Retry-After": "1"})
        message = ExportTraceServiceRequest.FromString(gzip.decompress(request.get_data()))
        for source in message.resource_spans:
            for scope in source.scope_spans:
                self.spans |= {span.span_id.hex() for span in scope.spans}
        return Response(content_type="application/x-protobuf")


@pytest.fixture
def hub() -> Iterator[Hub]:
    """One that has no room twice, and is away until it is started."""
    hub = Hub(429, 503)
    yield hub
    hub.stop()


def forwarder(folder: Path, port: int) -> Obj:
    """The shipped one, without what it asks a cluster for."""
    config = shipped("ngf-console-agent", "otel", **{"otel.scrape.enabled": False})
    (folder / "token").write_text(TOKEN)
    config["extensions"]["bearertokenauth/hub"]["filename"] = str(folder / "token")
    config["extensions"]["file_storage/queue"]["directory"] = str(folder)
    protocols = config["receivers"]["otlp"]["protocols"]
    protocols["http"]["endpoint"] = f"127.0.0.1:{port}"
    protocols["grpc"]["endpoint"] = f"127.0.0.1:{free_port()}"
    for pipeline in config["service"]["pipelines"].values():
        pipeline["processors"] = [it for it in pipeline["processors"] if it != "k8s_attributes"]
    del config["processors"]["k8s_attributes"]
    config["exporters"]["otlp_http/hub"]["retry_on_failure"]["initial_interval"] = "100ms"
    return config


def test_nothing_is_lost_while_the_hub_is_away(hub: Hub, tmp_path: Path) -> None:
    told = json.loads(recorded("epp/spans.json"))
    sent = {
        span["spanId"]
        for source in told["resourceSpans"]
        for scope in source["scopeSpans"]
        for span in scope["spans"]
    }
    port = free_port()
    environment = {"CLUSTER_NAME": "web-fra", "HUB_OTEL_ENDPOINT": hub.url}
    with collector(forwarder(tmp_path, port), tmp_path, **environment) as first:
        answer = requests.post(f"http://127.0.0.1:{port}/v1/traces", json=told, timeout=10)
        assert answer.status_code == 200
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    hub.start()
    assert not hub.spans
    with collector(forwarder(tmp_path, port), tmp_path, **environment):
        wait_until("every span is there", lambda: hub.spans == sent, 30)
    assert hub.refused == [429, 503]
