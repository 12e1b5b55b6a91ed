"""The pods of a pool: those of the seed, and those that an autoscaler adds and takes away."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from services.demo.seed import inference
from services.demo.traffic.engine_metrics import EngineMetrics, Sglang, Tgi, Vllm
from services.demo.traffic.engines import Engine
from services.demo.traffic.exports import Resource
from services.demo.traffic.loads import Load
from services.demo.traffic.series import Target

STARTING = 75.0
"""Seconds from a new pod to its first request: the model has to be loaded."""
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Of which Kubernetes makes the ends of names."""


class Replicas:
    """The engines of one pool, oldest first, with what each shows of itself."""

    def __init__(self, load: Load, pods: Iterable[Mapping[str, Any]], chance: Random) -> None:
        self._load, self._chance = load, chance
        self.engines: list[Engine] = []
        self.metrics: dict[Engine, EngineMetrics] = {}
        self.resources: dict[Engine, Resource] = {}
        for pod in sorted(pods, key=_name):
            self._join(pod, 0.0)

    def wanted(self) -> list[Engine]:
        """Those that are not on their way out."""
        return [one for one in self.engines if not one.gone]

    def ready(self, at: float) -> list[Engine]:
        """Those that a picker may pick."""
        return [one for one in self.engines if one.ready <= at and not one.gone]

    def add(self, count: int, at: float) -> tuple[Engine, ...]:
        """New pods, on the nodes with the fewest of the pool's."""
        pool = self._load.pool
        taken = Counter(dict.fromkeys(pool.nodes, 0))
        taken.update(one.node for one in self.engines)
        added = []
        for _ in range(count):
            node = min(taken, key=taken.__getitem__)
            taken[node] += 1
            end = "".join(self._chance.choice(_LETTERS) for _ in range(5))
            name = f"{pool.name}-{inference.TEMPLATE}-{end}"
            added.append(self._join(inference.engine(pool, name, node, 0), at + STARTING))
        return tuple(added)

    def remove(self, count: int) -> tuple[Engine, ...]:
        """The youngest end when they have answered what they have."""
        ending = tuple(self.wanted()[-count:])
        for one in ending:
            one.gone = True
            self.bury(one)
        return ending

    def bury(self, engine: Engine) -> None:
        """Forget a pod that is to end and has nothing left to do."""
        if engine.gone and not engine.running and not engine.waiting:
            self.engines.remove(engine)
            del self.metrics[engine], self.resources[engine]

    def show(self, at: float) -> Iterator[Target]:
        """The scrape targets of the pods that run."""
        for engine in self.engines:
            if engine.ready <= at:
                self.metrics[engine].show(engine, at)
                yield self.metrics[engine].target

    def _join(self, pod: Mapping[str, Any], ready: float) -> Engine:
        pool = self._load.pool
        engine = Engine(
            name=_name(pod),
            node=pod["spec"]["nodeName"],
            address=pod["status"]["podIP"],
            port=pool.port,
            speed=self._load.speed,
            chance=self._chance,
            ready=ready,
        )
        self.engines.append(engine)
        labels = {
            "pod": engine.name,
            "namespace": pool.namespace,
            "node": engine.node,
            "pool": pool.name,
        }
        self.metrics[engine] = _metrics(
            Target("model-servers", engine.endpoint, labels), self._load, engine
        )
        self.resources[engine] = Resource(
            {
                "service.name": "vllm.llm_engine",
                "k8s.namespace.name": pool.namespace,
                "k8s.pod.name": engine.name,
                "k8s.node.name": engine.node,
                "ngf.inference_pool": pool.name,
            }
        )
        return engine


def _metrics(target: Target, load: Load, engine: Engine) -> EngineMetrics:
    pool = load.pool
    rate = load.demand.rate / len(pool.nodes)
    if pool.engine == "sglang":
        return Sglang(target, pool.model, engine, rate)
    if pool.engine == "tgi":
        return Tgi(target, engine, rate)
    return Vllm(target, pool.model, engine, rate, old=pool.picker == inference.OLD_PICKER)


def _name(pod: Mapping[str, Any]) -> str:
    name: str = pod["metadata"]["name"]
    return name
