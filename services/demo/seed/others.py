"""The hub and the GPU cluster."""

from collections.abc import Iterator

from services.demo.seed.brought import STATUS_HOST, status_page
from services.demo.seed.certificates import cluster_issuer
from services.demo.seed.inference import ASSISTANT, POOLS, QWEN, pool, reference
from services.demo.seed.installation import controller, data_planes
from services.demo.seed.objects import (
    Obj,
    gateway,
    listener,
    made,
    marked,
    match,
    namespace,
    route,
    rule,
    tls,
    to,
)
from services.demo.seed.workloads import event, node, service


def hub() -> Iterator[Obj]:
    """The cluster the console runs on: its NGF takes no snippets."""
    yield from controller(320, snippets=False)
    yield namespace("platform", 320)
    yield namespace("status", 120)
    yield node("hub-fra-1", 320)
    l40s = {"nvidia.com/gpu.product": "NVIDIA-L40S", "nvidia.com/gpu.present": "true"}
    yield node("hub-fra-l40s-1", 150, l40s, nvidia_gpu="4")
    yield tls("platform/console-tls", 40, 50, "console.platform.example.com")
    yield tls("platform/status-tls", 25, 65, STATUS_HOST)
    gateways = [
        gateway(
            "platform/console",
            301,
            listener("https", 443, "HTTPS", "console.platform.example.com", cert="console-tls"),
            listener("status", 443, "HTTPS", STATUS_HOST, cert="status-tls", routes_from="All"),
        ),
        gateway("platform/telemetry-in", 301, listener("otlp", 4318, "HTTP")),
    ]
    yield from gateways
    yield from data_planes(gateways)
    yield from service("platform/ngf-console", 301, 8050, ready=2)
    yield from service("platform/otel-collector", 301, 4318, ready=2)
    yield from service("platform/grafana", 200, 3000, ready=1)
    yield route(
        "HTTPRoute",
        "platform/console",
        301,
        "console",
        "console.platform.example.com",
        rule(match("/"), backends=to("ngf-console:8050"), filters=[marked("platform/console/0")]),
        rule(match("/grafana"), backends=to("grafana:3000")),
    )
    yield route(
        "HTTPRoute",
        "platform/otlp",
        301,
        "telemetry-in",
        "",
        rule(match("/v1/logs"), match("/v1/traces"), backends=to("otel-collector:4318")),
    )
    yield from status_page("platform/console#status", 120, ready=2)
    yield from pool(ASSISTANT)


def _claim(place: str, age: float, size: str) -> Obj:
    """Room for models that several pods read."""
    modes = ["ReadWriteMany"]
    return made(
        "v1",
        "PersistentVolumeClaim",
        place,
        age,
        spec={
            "accessModes": modes,
            "resources": {"requests": {"storage": size}},
            "storageClassName": "shared",
        },
        status={"phase": "Bound", "accessModes": modes, "capacity": {"storage": size}},
    )


def gpu() -> Iterator[Obj]:
    """Model endpoints behind inference pools."""
    yield from controller(121, plus=True)
    yield namespace("llm", 121)
    h100 = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.present": "true"}
    for number in range(1, 5):
        yield node(f"gpu-iad-h100-{number}", 121, h100, nvidia_gpu="8")
    l40s = {"nvidia.com/gpu.product": "NVIDIA-L40S", "nvidia.com/gpu.present": "true"}
    yield node("gpu-iad-l40s-1", 80, l40s, nvidia_gpu="4")
    mig = {**h100, "nvidia.com/mig.strategy": "mixed"}
    yield node("gpu-iad-mig-1", 30, mig, mig_1g="7")
    yield cluster_issuer(121)
    yield made("v1", "Secret", "llm/hf-token", 90, type="Opaque", stringData={"token": "invented"})
    yield _claim("llm/models", 90, "4Ti")
    yield tls("llm/llm-tls", 30, 60, "llm.example.com")
    gateways = [
        gateway(
            "llm/gpu-edge",
            121,
            listener("https", 443, "HTTPS", "llm.example.com", cert="llm-tls"),
            listener("http", 80, "HTTP"),
        ),
        gateway("llm/batch-internal", 80, listener("http", 8080, "HTTP")),
    ]
    yield from gateways
    yield from data_planes(gateways, plus=True)
    for one in POOLS:
        yield from pool(one)
    yield route(
        "HTTPRoute",
        "llm/embeddings",
        40,
        "batch-internal",
        "",
        rule(match("/v1/embeddings"), backends=to("embeddings:8080")),
    )
    yield from service("llm/embeddings", 40, 8080, ready=1)
    yield route(
        "HTTPRoute",
        "llm/mixtral",
        2,
        "gpu-edge#https",
        "llm.example.com",
        rule(match("/mixtral"), backends=[reference("mixtral-8x7b")]),
    )
    yield event(
        f"Pod/{QWEN.namespace}/{QWEN.pod_name(3)}",
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        0.4,
        count=7,
        kind="Warning",
        source="kubelet",
    )
