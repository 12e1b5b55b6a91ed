"""The dashboard's four questions, asked side by side: charts, key figures, rows, examples."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import red_words
from callbacks.asking import Asked, panels, question, window_of
from callbacks.panels import values
from callbacks.registrar import Callbacks
from components import dashboard
from components.figures.amounts import duration
from components.panels import values as table_of
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError
from services.telemetry.access import SOURCE, AccessLogs, By, RedRow
from services.telemetry.answers import Answer
from services.telemetry.log_filters import Filters
from services.telemetry.log_lines import LogLines

EXAMPLES = 5
MOST_LINES = 6
"""Clusters with a line of their own; more are one."""

GROUPS: dict[str, By] = {"cluster": "cluster", "gateway": "gateway", "route": "route"}


def register(callbacks: Callbacks) -> None:
    """Register the questions and their drawing."""
    container = callbacks.container

    def on(store: str) -> Callable[[Callable[..., Any]], Any]:
        return callbacks.on(Output(store, "data"), Input(dashboard.ASKED, "data"))

    @on(dashboard.CHARTS)
    def charts(asked: dict[str, Any]) -> dict[str, Any]:
        return chart_panels(container, callbacks.who(), asked)

    @on(dashboard.FIGURES)
    def figures(asked: dict[str, Any]) -> dict[str, Any]:
        return key_figures(container, callbacks.who(), asked)

    @on(dashboard.ROWS)
    def rows(asked: dict[str, Any]) -> dict[str, Any]:
        return table(container, callbacks.who(), asked)

    @on(dashboard.EXAMPLES)
    def examples(asked: dict[str, Any]) -> dict[str, Any]:
        return requests(container, callbacks.who(), asked)

    for store in (dashboard.CHARTS, dashboard.FIGURES):
        callbacks.clientside(ClientsideFunction("ngfPanels", "draw"), Input(store, "data"))
    callbacks.clientside(
        ClientsideFunction("ngfDashboard", "rows"),
        Output(dashboard.GRID, "rowData"),
        Input(dashboard.ROWS, "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfDashboard", "examples"), Input(dashboard.EXAMPLES, "data")
    )


def chart_panels(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """The four charts."""
    window, scope = window_of(asked), question(container, who, asked)
    access = AccessLogs(container.store)
    labels = {info.name: info.display_name for info in container.fleet.list(who)}

    def made() -> dict[str, dict[str, Any]]:
        whole = access.series(scope, window)
        return {
            "dashboard-requests": red_words.requests_by_cluster(
                access.series(scope, window, "cluster"),
                container.fleet.slot,
                lambda name: labels.get(name, name),
                MOST_LINES,
            ),
            "dashboard-failures": red_words.failures(whole),
            "dashboard-latency": red_words.latencies(whole),
            "dashboard-classes": red_words.classes(access.series(scope, window, "status_class")),
        }

    ids = [f"dashboard-{key}" for key, _, _ in dashboard.PANELS]
    return {"panels": panels(ids, window, SOURCE, made)}


def key_figures(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """The tiles."""
    window, scope = window_of(asked), question(container, who, asked)
    found = red_words.key_figures(AccessLogs(container.store), scope, window)
    return {"tiles": {f"dashboard-kpi-{key}": one for key, one in found.items()}}


def table(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """A row for each cluster, gateway or route."""
    window, scope = window_of(asked), question(container, who, asked)
    by = GROUPS.get(str(asked.get("by")), "cluster")
    labels = {info.name: info.display_name for info in container.fleet.list(who)}
    try:
        found = AccessLogs(container.store).table(scope, window, by)
    except ConsoleError as error:
        found = Answer(None, SOURCE, None, window, error.message)
    return {
        "by": by,
        "rows": [_row(row, by, labels, container.fleet.slot) for row in found.value or ()],
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "source": found.source,
        "reason": found.reason,
        "values": {dashboard.ROWS: values(found, (_values(row, by) for row in found.value or ()))},
    }


def requests(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """Requests that failed last and those that took longest. Where no line is known, both say why;
    ``as_of`` is the newest line there is, not the newest that is shown."""
    window, scope = window_of(asked), question(container, who, asked)
    lines, access = LogLines(container.store), AccessLogs(container.store)

    def told(ask: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
        try:
            found, reason = ask(), None
        except ConsoleError as error:
            found, reason = [], error.message
        return {"lines": found, "reason": reason}

    def failed() -> list[dict[str, Any]]:
        page = lines.page(scope, window, Filters(status=("5xx",)), limit=EXAMPLES).value
        return page.lines if page else []

    def slow() -> list[dict[str, Any]]:
        return access.slowest(scope, window, EXAMPLES).value or []

    try:
        every = lines.count(scope, window, Filters())
        as_of, known = every.as_of, bool(every.value)
        reason = None if known else lines.why_no_line(scope, window, Filters())
    except ConsoleError:
        as_of, known, reason = None, True, None
    nothing = {"lines": [], "reason": reason}
    tables = {
        "failed": told(failed) if known else nothing,
        "slow": told(slow) if known else nothing,
    }
    return {
        **{
            key: {**one, "lines": [_example(line, container) for line in one["lines"]]}
            for key, one in tables.items()
        },
        "source": SOURCE,
        "as_of": as_of.isoformat() if as_of else None,
        "values": {
            f"dashboard-{key}": table_of(
                one["lines"], SOURCE, as_of, window=window, reason=one["reason"]
            )
            for key, one in tables.items()
        },
    }


def _values(row: RedRow, by: By) -> dict[str, Any]:
    place = {} if by == "cluster" else {by: row.name or None}
    return {"cluster": row.cluster, **place, **asdict(row.red)}


def _row(
    row: RedRow, by: str, labels: dict[str, str], slot: Callable[[str], int]
) -> dict[str, Any]:
    red = row.red
    return {
        "id": f"{by} {row.cluster} {row.name}",
        "by": by,
        "key": row.name,
        "name": labels.get(row.cluster, row.cluster) if by == "cluster" else row.name,
        "cluster": labels.get(row.cluster, row.cluster),
        "cluster_name": row.cluster,
        "slot": slot(row.cluster),
        "per_second": red.per_second,
        "failure_share": red.failure_share,
        "client_error_share": red.client_error_share,
        "p50": red.p50_ms,
        "p95": red.p95_ms,
        "p99": red.p99_ms,
        "logs": [red.failures, red.p95_ms],  # what the links of the row depend on
    }


def _example(line: dict[str, Any], container: Container) -> dict[str, Any]:
    return {
        "time": line["timestamp"].isoformat(),
        "cluster": line["cluster_name"],
        "slot": container.fleet.slot(line["cluster_name"]),
        "status": line["status"],
        "method": line["method"],
        "path": line["path"],
        "host": line["host"],
        "route": line["route"],
        "request_id": line["request_id"],
        "took": " ".join(duration(line["latency_ms"])) if line["latency_ms"] is not None else None,
    }
