"""The page of logs: spread, frequent values and lines of a tab are asked side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Input, Output, State, dcc

from callbacks.asking import Asked, brush_of, many, panels, question, span_of, window_of
from callbacks.panels import shown
from callbacks.registrar import Callbacks, toast
from components import logs
from components.figures.bars import STATUS, Classes, by_class
from components.figures.frame import frame, words
from components.panels import values
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError, Invalid
from services.telemetry.log_filters import MILLISECONDS, Filters
from services.telemetry.log_kinds import ACCESS, PICKER, SPANS, Kind
from services.telemetry.log_lines import LogLines
from services.telemetry.scope import Scope
from services.telemetry.windows import Window

LINES = 200
SAVED = "logs"
"""The page under which questions are kept."""

SINGLE = ("path", "user_agent", "trace_id", "pod", "message")
"""Filters of one value, which may hold a comma."""

SPELLED = {"path": "uri"}
"""Filters with another name in the address, where ``path`` is that of the page."""

OTHER = "other"
"""Lines that tell no outcome."""

NONE = "-"
"""How an address spells that a field is empty."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of lines, the classes its bars are stacked by with what those are of, and the name of
    its file."""

    kind: Kind
    classes: Classes
    of: str
    file: str


TABS: Mapping[str, Tab] = {
    "": Tab(ACCESS, STATUS, "all status codes", "access-logs"),
    "spans": Tab(
        SPANS,
        Classes({"ok": ("c8", 0.55), "error": ("err-fill", 1.0)}, ("ok", "error")),
        "every status",
        "spans",
    ),
    "picker": Tab(
        PICKER,
        Classes(
            {
                "handled": ("c8", 0.55),
                OTHER: ("c8", 0.3),
                "refused": ("warn-fill", 1.0),
                "dropped": ("err-fill", 1.0),
            },
            ("handled", "refused", "dropped", OTHER),
        ),
        "every outcome",
        "picker-log",
    ),
}
"""By their name in the address."""


def register(callbacks: Callbacks) -> None:
    """Register the questions and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(logs.HISTOGRAM, "data"), Input(logs.ASKED, "data"))
    def histogram(asked: dict[str, Any]) -> dict[str, Any]:
        return spread(container, callbacks.who(), asked)

    @callbacks.on(Output(logs.FACETS, "data"), Input(logs.ASKED, "data"))
    def facets(asked: dict[str, Any]) -> dict[str, Any]:
        return _of_tab(asked, top_values(container, callbacks.who(), asked))

    @callbacks.on(Output(logs.ROWS, "data"), Input(logs.PAGE, "data"))
    def rows(asked: dict[str, Any]) -> dict[str, Any]:
        return _of_tab(asked, lines(container, callbacks.who(), asked))

    @callbacks.on(
        Output(logs.DOWNLOAD, "data"),
        Input(logs.EXPORT, "data"),
        State(logs.ASKED, "data"),
        prevent_initial_call=True,
    )
    def download(wanted: dict[str, Any], asked: dict[str, Any]) -> Any:
        scope = question(container, callbacks.who(), _place(asked))
        made = _lines(container, asked).export(
            scope, _window(asked), filters(asked), str(wanted["format"])
        )
        return dcc.send_bytes(made, f"{tab_of(asked).file}.{wanted['format']}")

    @callbacks.on(
        Output(logs.QUESTIONS, "data"),
        Input(logs.QUESTIONS_ASKED, "data"),
        prevent_initial_call=True,
    )
    def questions(asked: dict[str, str]) -> Any:
        who = callbacks.who()
        if asked["do"] == "save":
            container.views.save(who, SAVED, asked["name"], asked["query"])
            toast("ok", f"Question {asked['name']} saved", "It is in the menu Saved questions.")
        if asked["do"] == "remove":
            container.views.remove(who, SAVED, asked["name"])
        return [asdict(view) for view in container.views.list(who, SAVED)]

    callbacks.clientside(ClientsideFunction("ngfPanels", "draw"), Input(logs.HISTOGRAM, "data"))
    callbacks.clientside(ClientsideFunction("ngfLogs", "facets"), Input(logs.FACETS, "data"))
    callbacks.clientside(ClientsideFunction("ngfLogs", "rows"), Input(logs.ROWS, "data"))
    callbacks.clientside(ClientsideFunction("ngfLogs", "questions"), Input(logs.QUESTIONS, "data"))
    callbacks.clientside(
        ClientsideFunction("ngfLogs", "typed"), Input("logs-q", "value"), prevent_initial_call=True
    )


def tab_of(asked: Asked) -> Tab:
    """The tab that an address opens."""
    return TABS.get(str(asked.get("tab") or ""), TABS[""])


def filters(asked: Asked) -> Filters:
    """What an address filters by. Raises Invalid for a time that is no number; what else is no
    filter is refused where it is asked."""
    exact: dict[str, tuple[str, ...]] = {}
    for name in tab_of(asked).kind.filters.keys() - {"status"}:
        said = asked.get(SPELLED.get(name, name))
        if said:
            exact[name] = _values([str(said)] if name in SINGLE else many(said))
    return Filters(
        text=str(asked.get("q") or ""),
        status=_values(many(asked.get("status"))),
        request_id=str(asked.get("request_id") or ""),
        min_ms=_milliseconds(str(asked.get("min_ms") or "")),
        exact=exact,
    )


def _milliseconds(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise Invalid.of("min_ms", MILLISECONDS) from None


def spread(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """Lines over the whole range, the part of it that is looked at marked."""
    window, scope = window_of(asked), question(container, who, _place(asked))
    tab = tab_of(asked)

    def made() -> dict[str, dict[str, Any]]:
        found = _lines(container, asked).histogram(scope, window, filters(asked), 90)
        value = found.value
        if value is None:
            figure, unit = frame(span_of(window), None), ""
        else:
            looked_at = brush_of(asked)
            chosen = (looked_at.start, looked_at.end) if looked_at else None
            span = span_of(window, value.step)
            counts = {name or OTHER: of for name, of in value.counts.items()}
            figure = by_class(value.times, counts, span, chosen=chosen, among=tab.classes)
            unit = f"in {words(value.step)}, {tab.of}; drag to narrow"
        panel = shown(figure, found, unit=unit)
        return {"logs-histogram": panel}

    return {"panels": panels(["logs-histogram"], window, tab.kind.source, made)}


def top_values(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """The frequent values of the lines, and how many lines there are."""
    window, scope = _window(asked), question(container, who, _place(asked))
    service, source = _lines(container, asked), tab_of(asked).kind.source
    try:
        chosen = filters(asked)
        found = service.facets(scope, window, chosen).value or {}
        total = service.count(scope, window, chosen).value
    except ConsoleError as error:
        nothing = values([], source, window=window, reason=error.message)
        told = {"facets": {}, "total": None, "reason": error.message}
        return {**told, "values": {logs.TOP: nothing}}
    rows = (
        {"field": field, "value": value, "lines": count}
        for field, counts in found.items()
        for value, count in counts
    )
    return {
        "facets": found,
        "total": total,
        "reason": None,
        "slots": _slots(container, scope),
        "values": {logs.TOP: values(rows, source, window=window)},
    }


def lines(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """A page of lines and what it cost."""
    window, scope = _window(asked), question(container, who, _place(asked))
    cursor = str(asked.get("before") or "") or None
    try:
        found = _lines(container, asked).page(scope, window, filters(asked), cursor, LINES)
    except ConsoleError as error:
        return {"lines": [], "cursor": None, "reason": error.message, "failed": True}
    page = found.value
    if page is None:
        return {"lines": [], "cursor": None, "reason": found.reason, "failed": False}
    return {
        "lines": [_line(line) for line in page.lines],
        "cursor": page.cursor,
        "reason": found.reason,
        "failed": False,
        "read": page.read_rows,
        "elapsed": page.elapsed_ms,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "source": found.source,
        "slots": _slots(container, scope),
    }


def _lines(container: Container, asked: Asked) -> LogLines:
    return LogLines(container.store, tab_of(asked).kind)


def _of_tab(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "tab": asked.get("tab") or ""}


def _place(asked: Asked) -> Asked:
    """Clusters and namespace alone: gateways and routes are filters here, of any number."""
    return {key: asked[key] for key in ("cluster", "namespace") if asked.get(key)}


def _window(asked: Asked) -> Window:
    """The part of the range that is looked at."""
    return brush_of(asked) or window_of(asked)


def _values(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for value in said for one in _spelled(value))


def _spelled(value: str) -> tuple[str, ...]:
    """What a filter's value means: a dash is a field that is empty, as NGINX writes it."""
    if value.removeprefix("!") != NONE:
        return (value,)
    prefix = "!" if value.startswith("!") else ""
    return prefix, prefix + NONE


def _slots(container: Container, scope: Scope) -> dict[str, int]:
    return {name: container.fleet.slot(name) for name in scope.clusters or ()}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in line.items()
    }
