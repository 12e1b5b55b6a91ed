"""Pools that somebody made while the demo runs: a few requests, of an engine that the demo plays.

Everything is taken from the objects: which pods are ready, what engine and which model they run. A
pool whose picker or pods are not ready, or whose engine is not played, has no traffic.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.demo.api.seeding import Seeding
from services.demo.controllers.cluster import selects
from services.demo.controllers.templates import ready
from services.demo.seed.inference import Pool
from services.demo.traffic.engines import Speed
from services.demo.traffic.loads import LOADS, Load
from services.demo.traffic.requests import Demand

GROUP = "inference.networking.k8s.io"
GPU = "nvidia.com/gpu"
DEMAND = Demand(rate=0.15, prompt=1_400, output=180)
SPEED = Speed(places=16, capacity=60_000, prefill=20_000, per_token=0.014)
TRACED = 4
PLAYED = ("vllm", "sglang", "tgi")
_MODEL = ("--served-model-name", "--model-path", "--model-id", "--model")

Pod = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A pool at work. Two are the same while the same pods serve the same model."""

    load: Load
    names: tuple[str, ...]
    pods: tuple[Pod, ...] = field(compare=False)
    picker: Pod = field(compare=False)


def made_pools(store: Seeding) -> Iterator[Made]:
    """The pools of a cluster that the seed's loads do not know."""
    for (namespace, name), pool in sorted(store.keyed(GROUP, "inferencepools").items()):
        if f"{namespace}/{name}" in LOADS:
            continue
        spec = pool["spec"]
        every = sorted(store.all("v1", "Pod", namespace), key=_name)
        labels = (spec.get("selector") or {}).get("matchLabels")
        pods = [one for one in every if selects(labels, _labels(one)) and ready(one)]
        reference = (spec.get("endpointPickerRef") or {}).get("name", "")
        service = store.keyed("", "services").get((namespace, reference)) or {}
        chosen = (service.get("spec") or {}).get("selector")
        pickers = [one for one in every if selects(chosen, _labels(one)) and ready(one)]
        if pods and pickers and _engine(pods[0]) in PLAYED:
            load = _load(f"{namespace}/{name}", spec["targetPorts"][0]["number"], pods)
            names = *map(_name, pods), _name(pickers[0])
            yield Made(load, names, tuple(pods), pickers[0])


def _load(place: str, port: int, pods: Sequence[Pod]) -> Load:
    container = pods[0]["spec"]["containers"][0]
    limits = (container.get("resources") or {}).get("limits") or {}
    pool = Pool(
        place=place,
        model=_model(container.get("args") or ()) or place,
        engine=_engine(pods[0]),
        image=container["image"],
        port=port,
        gpus=int(limits.get(GPU, 0)),
        nodes=tuple(one["spec"]["nodeName"] for one in pods),
        parent="",
        host="",
    )
    return Load(pool, DEMAND, SPEED, traced=TRACED)


def _engine(pod: Pod) -> str:
    """Containers of engines are called after them."""
    name: str = pod["spec"]["containers"][0]["name"]
    return name


def _model(args: Any) -> str:
    """The model as it is asked for, from the arguments of the engine."""
    for flag in _MODEL:
        for number, one in enumerate(args):
            if one.startswith(f"{flag}="):
                return str(one.partition("=")[2])
            if one == flag and number + 1 < len(args):
                return str(args[number + 1])
    return ""


def _labels(pod: Pod) -> Mapping[str, str]:
    found: Mapping[str, str] = pod["metadata"].get("labels") or {}
    return found


def _name(pod: Pod) -> str:
    name: str = pod["metadata"]["name"]
    return name
