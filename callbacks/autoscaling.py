"""Autoscaling: the pools and why each has its size; of one, its metric, size and events in time."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import autoscaling_words as words
from callbacks import pool_charts
from callbacks.asking import window_of
from callbacks.panels import shown, values
from callbacks.registrar import Callbacks
from components import autoscaling, panels
from components.figures.frame import Span, frame
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError, Unavailable
from services.inference.autoscaling import Autoscaling
from services.inference.provider import Asked
from services.inference.scaling_history import POINTS, History, step
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

MOST = 200
"""Pools that are listed."""
EVENTS = 100

Told = dict[str, Any]
Address = Mapping[str, Any]
Place = tuple[str, str, str]


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(autoscaling.DATA, "data"), Input(autoscaling.ASKED, "data"))
    def answer(asked: Address | None) -> Told:
        return page(container, callbacks.who(), asked or {})

    callbacks.clientside(
        ClientsideFunction("ngfAutoscaling", "draw"), Input(autoscaling.DATA, "data")
    )


def page(container: Container, who: Identity, asked: Address) -> Told:
    """Everything on the page: the pools, and the chosen one or, with none chosen, the first."""
    clusters, namespace = asked.get("cluster") or (), asked.get("namespace") or ""
    places = [
        place
        for place in container.scaling.now.pools(who)
        if (not clusters or place[0] in clusters) and namespace in ("", place[1])
    ]
    read = [(place, _read(container, who, place)) for place in places]
    rows = sorted(
        (words.row(place, found, container.fleet.slot(place[0])) for place, found in read),
        key=words.urgency,
    )
    chosen = str(asked.get(autoscaling.CHOSEN) or "") or (rows[0]["id"] if rows else "")
    told: Told = {"pools": rows[:MOST], "count": len(rows), "chosen": chosen}
    tables = {autoscaling.POOLS: panels.values(words.values(*one) for one in read)}
    place = next((one for one in places if "/".join(one) == chosen), None)
    if place is None:
        return {**told, "missing": chosen, "panels": {}, "values": tables}
    found = dict(read)[place]
    one = _one(container, who, place, found, window_of(asked))
    return {**told, **one, "values": {**tables, **one["values"]}}


def _read(container: Container, who: Identity, place: Place) -> Autoscaling | ConsoleError:
    cluster, namespace, name = place
    try:
        return container.scaling.now.of(who, cluster, f"{namespace}/{name}")
    except ConsoleError as error:
        return error


def _one(
    container: Container,
    who: Identity,
    place: Place,
    found: Autoscaling | ConsoleError,
    window: Window,
) -> Told:
    scope = Scope.of(who, [place[0]], "/".join(place[1:]))
    span = Span(window.start, window.end, step(window))
    history = container.scaling.history
    events = history.events(scope, window, EVENTS)
    records = events.value or []
    marks = words.marks(records, span)
    told: Told = {
        "why": words.why(found),
        "events": [words.event(one) for one in records],
        "events_source": events.source,
        "events_reason": events.reason,
        "values": {
            autoscaling.WHY: words.why_values(found),
            autoscaling.EVENTS: values(events, map(words.event_values, records)),
        },
    }
    try:
        tracks = history.tracks(scope, window)
        waiting = container.metrics.queue_depth_series(Asked.of(scope), window, POINTS)
    except Unavailable as error:
        nothing = panels.told(
            frame(span, None), "the store", None, window=window, reason=error.message
        )
        names = (autoscaling.METRIC, autoscaling.SIZE, autoscaling.WAITING)
        return {**told, "unit": "", "panels": dict.fromkeys(names, nothing)}
    unit, metric = words.metric(_value(tracks), span, marks)
    return {
        **told,
        "unit": unit,
        "panels": {
            autoscaling.METRIC: shown(metric, tracks),
            autoscaling.SIZE: shown(words.size(_value(tracks), span, records, marks), tracks),
            autoscaling.WAITING: pool_charts.line("waiting", waiting, events=marks),
        },
    }


def _value(answer: Answer[History]) -> History:
    return answer.value or History(15, ())
