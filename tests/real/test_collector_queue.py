"""Promise: what a cluster's forwarder has taken reaches the hub, however long the hub is away or
has no room, and whatever happens to the forwarder meanwhile; and nothing leaves the cluster that
the console would not keep."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.telemetry.redaction import ERROR_LENGTH, NAME_LENGTH
from tests.real.collection import recorded
from tests.real.collector import collector
from tests.real.forwarder import Hub, forwarder
from tests.real.kube_api import wait_until
from tests.serving import free_port

pytestmark = pytest.mark.otelcol


@pytest.fixture
def hub() -> Iterator[Hub]:
    """One that has no room twice, and is away until it is started."""
    hub = Hub(429, 503)
    yield hub
    hub.stop()


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


def test_of_a_span_only_what_the_console_knows_leaves_the_cluster(tmp_path: Path) -> None:
    message = ExportTraceServiceRequest()
    source = message.resource_spans.add()
    span = source.scope_spans.add().spans.add(name="llm_request", span_id=b"12345678")
    said = {
        "gen_ai.request.id": "cmpl-1",
        "input.value": "a prompt",
        "url.full": "https://a/?key=1",
    }
    for key, value in said.items():
        span.attributes.add(key=key).value.string_value = value
    claimed = {"k8s.pod.name": "n" * 9_000, "process.command_line": "vllm --api-key sk-1"}
    for key, value in claimed.items():
        source.resource.attributes.add(key=key).value.string_value = value
    span.status.message = "m" * 9_000
    for part in (span.events.add(name="gen_ai.content.prompt"), span.links.add(trace_id=b"1" * 16)):
        part.attributes.add(key="gen_ai.request.id").value.string_value = "a prompt"
    hub, port = Hub(), free_port()
    hub.start()
    environment = {"CLUSTER_NAME": "web-fra", "HUB_OTEL_ENDPOINT": hub.url}
    with collector(forwarder(tmp_path, port), tmp_path, **environment):
        requests.post(
            f"http://127.0.0.1:{port}/v1/traces",
            data=message.SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
            timeout=10,
        ).raise_for_status()
        wait_until("the span is there", lambda: hub.taken, 30)
    hub.stop()
    (left,) = hub.taken
    (span,) = left.scope_spans[0].spans
    assert [(one.key, one.value.string_value) for one in span.attributes] == [
        ("gen_ai.request.id", "cmpl-1")
    ]
    assert [(one.name, list(one.attributes)) for one in span.events] == [
        ("gen_ai.content.prompt", [])
    ]
    assert not span.links
    assert span.status.message == "m" * ERROR_LENGTH
    assert {one.key: one.value.string_value for one in left.resource.attributes} == {
        "k8s.pod.name": "n" * NAME_LENGTH,
        "cluster_name": "web-fra",
    }
