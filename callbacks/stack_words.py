"""An InferenceStack in words: what it serves, with what, and where its parts have their pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import html

from callbacks.gpu_words import short
from components.kinds import edit_href, href, pool_href
from services.clusters.fleet import ClusterInfo
from services.inference import engine_facts

Object = Mapping[str, Any]
Model = dict[str, Any]
Fact = tuple[str, Any]

ENGINES = {
    "vllm": "vLLM",
    "sglang": "SGLang",
    "triton": "Triton",
    "tgi": "TGI",
    "ollama": "Ollama",
}
STRATEGIES = {
    "least_queue": "the shortest queue",
    "kv_cache": "the most free KV cache",
    "prefix_affinity": "the longest cached prefix",
    "composite": "queue, cache and prefix by their weights",
}
SCORERS = {
    "queue-scorer": "queue",
    "kv-cache-utilization-scorer": "cache",
    "prefix-cache-scorer": "prefix",
}


def facts(model: Model, info: ClusterInfo) -> list[Fact]:
    """What stands in the line under its name."""
    where = (info.name, model["namespace"])
    return [
        ("Model", html.Span(str(model["model"]).rpartition("/")[2], title=model["model"])),
        ("Engine", engine(model["object"])),
        ("GPUs", gpus(model["object"])),
        ("Replicas", size(model["object"])),
        ("Pool", html.A(pool_of(model), href=pool_href(*where, pool_of(model)))),
        ("Endpoint", html.Span(model["endpoint"], className="mono") if model["endpoint"] else None),
    ]


def asked_for(model: Model, cluster: str) -> html.Dl:
    """What its spec says, section by section, each with the page that shows it at work."""
    obj = model["object"]
    spec = obj.get("spec") or {}
    place = (cluster, model["namespace"], model["name"])
    pool = f"{model['namespace']}/{pool_of(model)}"
    chosen = urlencode({"cluster": cluster, "pool": pool}, safe="/")
    scaled = urlencode({"sel": f"{cluster}/{pool}"}, safe="/")
    rows = [
        ("Model", [spec.get("modelName", ""), _faint(spec.get("modelVersion"))], None),
        ("Model server", server(spec), _change(place, "model", "Change")),
        ("Pods", pods(spec, model["name"]), _change(place, "pool", "Change")),
        (
            "Picker",
            picker(spec),
            [
                _change(place, "picker", "Change"),
                html.A("Decisions", href=f"/decisions?{chosen}"),
            ],
        ),
        (
            "Autoscaling",
            scaling(spec),
            [
                _change(place, "scaling", "Change"),
                html.A("Why this size", href=f"/autoscaling?{scaled}"),
            ],
        ),
        ("Gateway", gateway(spec, cluster, model["namespace"]), _change(place, "route", "Change")),
        ("GPU metrics", gpu_metrics(spec), None),
    ]
    return html.Dl(
        [
            part
            for label, said, link in rows
            for part in (
                html.Dt(label),
                html.Dd([html.Div(said), html.Div(link, className="row-f s12")]),
            )
        ],
        className="kv asked-for",
    )


def engine(obj: Object) -> str:
    """The engine as people spell it."""
    named = str((obj.get("spec") or {}).get("servingBackend") or "")
    return ENGINES.get(named, named)


def gpus(obj: Object) -> str:
    """``8 H100``: all that its replicas hold."""
    pool = (obj.get("spec") or {}).get("pool") or {}
    each, many = pool.get("gpuCount"), pool.get("replicas")
    if not each or not many:
        return "none"
    return f"{each * many} {short(str(pool['gpuType'])) if pool.get('gpuType') else 'GPUs'}"


def size(obj: Object) -> str:
    """How many replicas it is to have, or between how many it is kept."""
    spec = obj.get("spec") or {}
    pool = spec.get("pool") or {}
    least, most = pool.get("minReplicas"), pool.get("maxReplicas")
    if spec.get("autoscaling") and most is not None:
        return f"{least if least is not None else 1} to {most}"
    return str(pool.get("replicas", ""))


def pool_of(model: Model) -> str:
    """The name of its InferencePool."""
    told = str(model.get("pool") or "").rpartition("/")[2]
    return told or f"{model['name']}-pool"


def server(spec: Object) -> str:
    """Who makes the pods that serve the model."""
    made = spec.get("modelServer") or {}
    if not made.get("enabled"):
        return "pods that exist, by their labels"
    return f"made here, {made.get('image') or 'the usual image of the engine'}"


def pods(spec: Object, name: str) -> str:
    """Which pods are in the pool, and on which port they serve."""
    pool = spec.get("pool") or {}
    labels = pool.get("selector") or {"app": name}
    said = ", ".join(f"{key}={value}" for key, value in labels.items())
    return f"{said}, port {pool['targetPort']}" if pool.get("targetPort") else said


def picker(spec: Object) -> str:
    """How a pod is chosen."""
    epp = spec.get("epp") or {}
    if epp.get("config"):
        return "by a configuration of its own"
    strategy = str(epp.get("strategy") or "least_queue")
    said = f"by {STRATEGIES.get(strategy, strategy)}"
    if told := weighed(spec):
        said += f": {told}"
    if epp.get("failureMode"):
        said += f"; {epp['failureMode']} when it does not answer"
    return said


def weighed(spec: Object) -> str:
    """The weights that a strategy comes to, such as "queue 2, cache 2, prefix 3"."""
    found = [one for one in engine_facts.scorers(spec) if not one.blind]
    return ", ".join(f"{SCORERS.get(one.name, one.name)} {one.weight}" for one in found)


def scaling(spec: Object) -> str:
    """What scales it, by what."""
    section = spec.get("autoscaling")
    if not section:
        return "none"
    name = {"hpa": "HPA", "keda": "KEDA"}.get(str(section.get("backend") or "keda"), "")
    targets = [
        f"{one.get('metric')} {one.get('target')}" for one in section.get("thresholds") or ()
    ]
    return f"{name} by {', '.join(targets)}" if targets else name


def gateway(spec: Object, cluster: str, namespace: str) -> Any:
    """The gateway that leads to it, with its hosts."""
    route = spec.get("httpRoute") or {}
    if not route.get("gatewayRef"):
        return "none: nothing outside the cluster reaches it"
    where = str(route.get("gatewayNamespace") or namespace)
    link = html.A(
        f"{where}/{route['gatewayRef']}",
        href=href("gateways", cluster, where, str(route["gatewayRef"])),
    )
    hosts = ", ".join(route.get("hostnames") or ()) or "every host"
    return [link, html.Span(f" {hosts}{route.get('pathPrefix') or '/'}", className="mono")]


def gpu_metrics(spec: Object) -> str:
    """Whether an exporter is kept for it."""
    return "DCGM exporter" if (spec.get("dcgm") or {}).get("enabled") else "none asked for"


def _change(place: tuple[str, str, str], step: str, label: str) -> html.A:
    address = edit_href("inferencestacks", *place)
    return html.A(label, href=f"{address}?step={step}", className="needs-operator")


def _faint(text: Any) -> Any:
    return html.Span(f" {text}", className="t3") if text else None
