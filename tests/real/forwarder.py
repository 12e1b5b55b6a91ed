"""The forwarder of a cluster as its chart has it, and a hub that remembers what it was sent."""

import gzip
import threading
from pathlib import Path

from flask import Flask, Response, request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from tests.real.collector import Obj, shipped
from tests.serving import free_port, loopback

TOKEN = "ngfa_made_up"


class Hub:
    """Remembers the spans that it took. ``answers`` come first, then it takes all."""

    def __init__(self, *answers: int) -> None:
        self.taken: list[ResourceSpans] = []
        self.refused: list[int] = []
        self._answers = list(answers)
        app = Flask(__name__)
        app.add_url_rule("/v1/traces", "traces", self._take, methods=["POST"])
        self._server = loopback(app)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def spans(self) -> set[str]:
        """Their ids."""
        return {
            span.span_id.hex()
            for source in self.taken
            for scope in source.scope_spans
            for span in scope.spans
        }

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
        self.taken += message.resource_spans
        return Response(content_type="application/x-protobuf")


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
