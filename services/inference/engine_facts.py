"""What the operator knows of engines and pickers, for those who are choosing: ports, images, the
metrics that pools can be scaled by, and the scorers that a strategy comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ngf_operator.inference import picker_config, queries
from ngf_operator.inference.engines import ENGINES

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """One engine. ``scales_by`` are the metrics that a pool of it can be scaled by."""

    name: str
    title: str
    image: str
    port: int
    scales_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A scorer with its weight, and the share of the total that it can give. ``blind`` is said of
    one that the engine has no metric for."""

    name: str
    weight: int
    share: float
    blind: str = ""


def engines() -> tuple[EngineFacts, ...]:
    """Every engine that a stack can have."""
    return tuple(
        EngineFacts(
            one.name,
            one.title,
            one.image,
            one.port,
            tuple(queries.offered(one.name)),
        )
        for one in ENGINES.values()
    )


def scorers(spec: Object) -> tuple[Scorer, ...]:
    """What the picker of a stack would score by, given the stack's spec; nothing where it has a
    configuration of its own, or a strategy that there is not."""
    epp = spec.get("epp")
    epp = epp if isinstance(epp, Mapping) else {}
    strategy = epp.get("strategy") or "least_queue"
    engine = ENGINES.get(str(spec.get("servingBackend")))
    if epp.get("config") or strategy not in picker_config.STRATEGIES or engine is None:
        return ()
    given = epp.get("weights")
    known = isinstance(given, Mapping) and all(isinstance(one, int) for one in given.values())
    told = {**epp, "weights": given if known else None}
    asked = {
        name: weight
        for name, weight in picker_config.weights(told).items()
        if name in picker_config.SCORERS
    }
    seen = _seen(engine.name, _image(spec) or engine.image)
    total = sum(weight for name, weight in asked.items() if name in seen)
    return tuple(
        Scorer(
            picker_config.SCORERS[name],
            weight,
            weight / total if name in seen and total else 0.0,
            "" if name in seen else f"{engine.title} has no metric that it could read.",
        )
        for name, weight in asked.items()
    )


def _seen(engine: str, image: str) -> tuple[str, ...]:
    """The weights that mean something for an engine."""
    blind = picker_config.blind(
        dict.fromkeys(picker_config.SCORERS, 1), picker_config.readable(engine, image)
    )
    return tuple(name for name in picker_config.SCORERS if name not in blind)


def _image(spec: Object) -> str:
    server = spec.get("modelServer")
    return str(server.get("image") or "") if isinstance(server, Mapping) else ""
