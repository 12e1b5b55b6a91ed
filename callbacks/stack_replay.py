"""What the autoscaling that is being written would have done with recorded traffic."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, no_update

from callbacks.asking import span_of
from callbacks.panels import shown
from callbacks.registrar import Callbacks
from components import panels
from components import stack_replay as page
from components.figures.frame import Span
from components.figures.lines import Line, time_series
from components.figures.marks import Threshold as Mark
from components.figures.paint import Figure
from services.errors import ConsoleError, Invalid
from services.inference.what_if import Sizes, Threshold, Wanted, WhatIf
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

Told = dict[str, Any]
RANGES = ("1h", "6h", "24h", "7d")
HEIGHT = 150


def register(callbacks: Callbacks) -> None:
    """Register the wizard's question and its drawing."""
    container = callbacks.container

    @callbacks.on(
        Output(page.TOLD, "data"),
        Input(page.ASKED, "data"),
        prevent_initial_call=True,
    )
    def answer(asked: Told | None) -> Any:
        if not asked:
            return no_update
        range_ = asked["range"] if asked["range"] in RANGES else RANGES[0]
        told: Told = {"asked": asked["key"]}
        try:
            found = container.what_if.of(
                callbacks.who(),
                asked["cluster"],
                asked["pool"],
                wanted(asked["spec"]),
                Window.parse(range_),
            )
        except Invalid as error:
            rules = [f"{one['field']} {one['rule']}" for one in error.details.get("fields") or ()]
            return told | {"why": f"{'; '.join(rules)}." if rules else error.message}
        except ConsoleError as error:
            return told | {"why": error.message}
        return told | replayed(found)

    callbacks.clientside(ClientsideFunction("ngfStackReplay", "draw"), Input(page.TOLD, "data"))


def wanted(spec: Mapping[str, Any]) -> Wanted:
    """The autoscaling of a spec as the replay takes it. Raises Invalid for what is no number."""
    pool, scaler = spec.get("pool") or {}, spec.get("autoscaling") or {}
    replicas = _whole(pool.get("replicas"), 1, "replicas")
    least = _whole(pool.get("minReplicas"), replicas, "minReplicas")
    windows = {
        way: _whole((scaler.get(way) or {}).get("stabilizationSeconds"), usual, way)
        for way, usual in (("scaleUp", 0), ("scaleDown", 300))
    }
    return Wanted(
        least,
        _whole(pool.get("maxReplicas"), max(replicas, least), "maxReplicas"),
        tuple(
            Threshold(str(one.get("metric") or ""), _whole(one.get("target"), 0, "target"))
            for one in scaler.get("thresholds") or ()
        ),
        str(scaler.get("backend") or "keda"),
        _whole(scaler.get("cooldownSeconds"), 300, "cooldownSeconds"),
        _whole(scaler.get("pollingSeconds"), 30, "pollingSeconds"),
        windows["scaleUp"],
        windows["scaleDown"],
    )


def replayed(found: Answer[WhatIf]) -> Told:
    """What is told of a replay: its charts, both sizes added up, and what it rests on."""
    value = found.value
    if value is None:
        return {"why": found.reason or "Nothing was recorded."}
    span = span_of(found.window, value.step)
    counted = [one for one in value.thresholds if not one.reason]
    return {
        "why": "",
        "reason": found.reason,
        "sizes": [
            sizes("would have been", value.simulated, value.gpus),
            *([sizes("were", value.actual, value.gpus)] if value.actual else []),
        ],
        "assumed": [*value.assumed, *value.unknown],
        "unit": ", ".join(f"{one.metric} a pod" for one in counted),
        "panels": {
            page.SIZE: shown(size_figure(value, span), found),
            page.LOAD: panels.told(
                load_figure(value, span),
                found.source,
                found.as_of,
                window=found.window,
                unit="a pod, in percent of the target"
                if len(counted) > 1
                else f"{counted[0].metric} a pod",
            ),
        },
    }


def sizes(label: str, of: Sizes, gpus: int | None) -> Told:
    """A size over time, added up."""
    return {
        "label": label,
        "range": f"{of.smallest} to {of.largest}",
        "hours": of.pod_hours,
        "gpu_hours": None if gpus is None else of.pod_hours * gpus,
        "above": of.minutes_above if of.minutes_known else None,
        "changes": of.changes,
    }


def size_figure(value: WhatIf, span: Span) -> Figure:
    """Replicas that would have been against those that were."""
    lines = [
        Line("would have been", [(one.at, one.replicas) for one in value.points], "c2"),
        Line("were", [(one.at, one.was) for one in value.points], "c1"),
    ]
    return _steps(time_series(lines, span, height=HEIGHT))


def load_figure(value: WhatIf, span: Span) -> Figure:
    """The load of a pod with either size, against the target; of several metrics in percent."""
    counted = [one for one in value.thresholds if not one.reason]
    alone = len(counted) == 1
    lines = []
    for number, one in enumerate(counted):
        scale = 1.0 if alone else 100 / one.target
        of = "" if alone else f"{one.metric}, "
        for name, size, colour in (("would have been", "replicas", "c2"), ("was", "was", "c1")):
            points = [
                (point.at, _each(point.loads.get(one.metric), getattr(point, size), scale))
                for point in value.points
            ]
            lines.append(Line(f"{of}{name}", points, colour if alone else f"c{number + 3}"))
            if not alone:
                break
    target = counted[0].target if alone else 100
    mark = Mark(target, f"target {target:g}" if alone else "target")
    return time_series(lines, span, "" if alone else "%", height=HEIGHT, thresholds=[mark])


def _each(load: float | None, size: int | None, scale: float) -> float | None:
    return None if load is None or not size else scale * load / size


def _steps(figure: Figure) -> Figure:
    """Sizes are whole: they jump."""
    for trace in figure["data"]:
        trace["line"] = {**trace["line"], "shape": "hv"}
    return figure


def _whole(value: Any, usual: int, field: str) -> int:
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid.of(field, "must be a number")
    return int(value)
