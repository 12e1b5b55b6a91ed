"""REST of what another autoscaling would have done with recorded traffic."""

from dataclasses import asdict
from typing import Any, Literal

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.answers import Rests, rests
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from api.pool_scope import POOL, POOL_LENGTH
from services.container import Container
from services.inference.what_if import Sizes, Threshold, Wanted, WhatIf
from services.telemetry.windows import RULE, Window


class AskedThreshold(BaseModel):
    """A metric, by the name of the stack or of the engine, and its target for one pod."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(min_length=1, max_length=200)
    target: float = Field(gt=0)


class WhatIfOrder(BaseModel):
    """The autoscaling in question; nothing of it is stored."""

    model_config = ConfigDict(extra="forbid")

    pool: str = Field(min_length=1, max_length=POOL_LENGTH, description=POOL)
    range: str = Field("24h", max_length=80, description=f"It {RULE}; at most 7d here")
    backend: Literal["keda", "hpa"] = "keda"
    minReplicas: int = Field(1, ge=0, le=10_000)
    maxReplicas: int = Field(ge=1, le=10_000)
    thresholds: list[AskedThreshold] = Field(min_length=1, max_length=16)
    cooldownSeconds: int = Field(300, ge=0, le=86_400)
    pollingSeconds: int = Field(30, ge=1, le=3_600)
    scaleUpSeconds: int = Field(0, ge=0, le=3_600, description="Stabilization window")
    scaleDownSeconds: int | None = Field(
        None, ge=0, le=3_600, description="Stabilization window; the default of the backend"
    )


class SizesItem(BaseModel):
    """A size over ``hours``, added up."""

    hours: float
    podHours: float
    gpuHours: float | None = Field(description="null: it is not known how many GPUs a pod has")
    minutesAboveTarget: float
    minutesKnown: float = Field(description="Of which it is known whether it was above")
    smallest: int
    largest: int
    changes: int


class WhatIfPointItem(BaseModel):
    """One bucket: loads of all pods by metric, and both sizes."""

    at: Time
    loads: dict[str, float | None]
    replicas: int
    was: int | None


class UsedThreshold(BaseModel):
    """A threshold, and what it was judged by."""

    metric: str
    target: float
    source: str
    reason: str = Field(description="Why it could not be judged; empty: it was")


class WhatIfAnswer(Rests):
    """What would have been beside what was; null where nothing was recorded."""

    pool: str
    stepSeconds: int | None
    simulated: SizesItem | None
    actual: SizesItem | None
    points: list[WhatIfPointItem]
    thresholds: list[UsedThreshold]
    assumed: list[str]
    unknown: list[str] = Field(description="What nobody can tell from what was recorded")


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/autoscaling/what-if``."""
    fleet = container.fleet

    def ask_what_if(path: Tree, body: WhatIfOrder) -> Response:
        """What other thresholds and sizes would have done with the load that was recorded."""
        who = current_identity()
        where = fleet.visible(who, cluster_of(path, fleet)).name
        window = Window.parse(body.range)
        found = container.what_if.of(who, where, body.pool, _wanted(body), window)
        return answer({"pool": body.pool, **_told(found.value), **rests(found)})

    in_both_trees(
        server,
        "what-if",
        [
            (
                "post",
                "/inference/autoscaling/what-if",
                ask_what_if,
                {"responses": {"200": WhatIfAnswer}},
            )
        ],
    )


def _wanted(body: WhatIfOrder) -> Wanted:
    down = body.scaleDownSeconds
    if down is None:
        down = 300 if body.backend == "keda" else min(body.cooldownSeconds, 3_600)
    return Wanted(
        body.minReplicas,
        body.maxReplicas,
        tuple(Threshold(one.metric, one.target) for one in body.thresholds),
        body.backend,
        body.cooldownSeconds,
        body.pollingSeconds,
        body.scaleUpSeconds,
        down,
    )


def _told(found: WhatIf | None) -> dict[str, Any]:
    if found is None:
        empty = dict.fromkeys(("stepSeconds", "simulated", "actual"))
        return empty | {"points": [], "thresholds": [], "assumed": [], "unknown": []}
    return {
        "stepSeconds": found.step,
        "simulated": _sizes(found.simulated, found.gpus),
        "actual": _sizes(found.actual, found.gpus) if found.actual else None,
        "points": [asdict(one) for one in found.points],
        "thresholds": [asdict(one) for one in found.thresholds],
        "assumed": list(found.assumed),
        "unknown": list(found.unknown),
    }


def _sizes(one: Sizes, gpus: int | None) -> dict[str, Any]:
    return {
        "hours": one.hours,
        "podHours": one.pod_hours,
        "gpuHours": None if gpus is None else one.pod_hours * gpus,
        "minutesAboveTarget": one.minutes_above,
        "minutesKnown": one.minutes_known,
        "smallest": one.smallest,
        "largest": one.largest,
        "changes": one.changes,
    }
