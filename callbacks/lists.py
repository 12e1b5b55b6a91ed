"""List pages: blocks of rows from memory, and what the page says around them."""

import csv
import io
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Input, Output, State, dcc, no_update

from callbacks.registrar import Callbacks, toast
from components import ids, list_page, tables
from components.kinds import href
from components.list_page import STATUSES, ListKind
from components.times import clock
from services.listing import ListQuery, Page

APART = ("q", "cluster", "namespace")
"""Filters that a question to a list has a word of its own for."""
EVERYTHING = 100_000
"""Page size of a CSV: more rows than a fleet has objects of one kind."""


def register(callbacks: Callbacks) -> None:
    """Register the callbacks of every list page on ``callbacks``."""
    for kind in list_page.KINDS.values():
        _register(callbacks, kind)


def _register(callbacks: Callbacks, kind: ListKind) -> None:
    def part(name: str) -> str:
        return f"{kind.name}-{name}"

    services = callbacks.container

    callbacks.clientside(
        ClientsideFunction("ngfLists", "act"),
        Output(part("acted"), "data"),
        Input(part("q"), "value"),
        *[Input(part(f"count-{status}"), "n_clicks") for status in STATUSES],
        *[Input(part(f"drop-{chip}"), "n_clicks") for chip in kind.chips],
        Input(part("hide-stale"), "n_clicks"),
        Input(part("clear"), "n_clicks"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    callbacks.clientside(
        ClientsideFunction("ngfLists", "show"),
        *[
            output
            for chip in kind.chips
            for output in (
                Output(part(f"chip-{chip}"), "className"),
                Output(part(f"chip-{chip}-value"), "children"),
            )
        ],
        *[Output(part(f"count-{status}"), "className") for status in STATUSES],
        Output(part("q"), "value"),
        Input(ids.VIEW, "data"),
        State(part("kind"), "data"),
        State(part("q"), "value"),
    )
    for menu in ("facets", "views"):
        callbacks.clientside(ClientsideFunction("ngfListMenus", menu), Input(part(menu), "data"))
    callbacks.clientside(
        ClientsideFunction("ngfLists", "sorted"),
        Output(part("sorted"), "children"),
        Input(part("grid"), "getRowsRequest"),
        State(ids.VIEW, "data"),
    )

    @callbacks.on(
        Output(part("grid"), "getRowsResponse"),
        Output(part("foot"), "children"),
        Output(part("as-of"), "children"),
        Output(part("sub"), "children"),
        *[Output(part(f"number-{status}"), "children") for status in STATUSES],
        Output(part("strip"), "className"),
        Output(part("strip-answered"), "children"),
        Output(part("strip-why"), "children"),
        Output(part("retry"), "data-retry"),
        Output(part("instead"), "className"),
        Output(part("instead-title"), "children"),
        Output(part("instead-text"), "children"),
        Output(part("clear"), "className"),
        Input(part("grid"), "getRowsRequest"),
        State(ids.VIEW, "data"),
        State(part("query"), "data"),
    )
    def rows(
        request: dict[str, Any] | None, view: dict[str, Any] | None, opened: dict[str, Any]
    ) -> Any:
        view = _view(kind, view, opened)
        if not request:
            return [no_update] * (12 + len(STATUSES))
        start, size = request["startRow"], request["endRow"] - request["startRow"]
        sort = tables.sort_key(request.get("sortModel"))
        query = query_of(kind, view, sort, page=start // size + 1, page_size=size)
        page = services.resources.list(callbacks.who(), kind.name, query)
        clusters = {
            info.name: info
            for info in services.fleet.list()
            if callbacks.who().may_see_cluster(info.name)
        }
        response = {
            "rowData": [present(kind.name, row, clusters) for row in page.items],
            "rowCount": page.total,
        }
        return [
            response,
            foot(page, start),
            as_of(page),
            f"{page.unfiltered} on {counted(len(clusters), 'cluster')}",
            *[page.counts.get(status, 0) for status in STATUSES],
            *missing(page, len(clusters), kind),
            *instead(page, kind, view),
        ]

    @callbacks.on(
        Output(part("download"), "data"),
        Input(part("csv"), "n_clicks"),
        State(part("grid"), "getRowsRequest"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def download(
        clicks: int | None, request: dict[str, Any] | None, view: dict[str, Any] | None
    ) -> Any:
        if not clicks:
            return no_update
        sort = tables.sort_key((request or {}).get("sortModel"))
        query = query_of(kind, view or {}, sort, page=1, page_size=EVERYTHING)
        page = services.resources.list(callbacks.who(), kind.name, query)
        return dcc.send_string(as_csv(kind.name, page.items), f"{kind.name}.csv")

    @callbacks.on(
        Output(part("facets"), "data"),
        Input(part("facets-asked"), "data"),
        State(ids.VIEW, "data"),
        State(part("query"), "data"),
        prevent_initial_call=True,
    )
    def facets(_asked: int, view: dict[str, Any] | None, opened: dict[str, Any]) -> dict[str, Any]:
        query = query_of(kind, _view(kind, view, opened), "", page=1, page_size=1)
        return services.resources.facets(callbacks.who(), kind.name, query)

    @callbacks.on(
        Output(part("views"), "data"),
        Input(part("views-asked"), "data"),
        prevent_initial_call=True,
    )
    def views(asked: dict[str, str]) -> list[dict[str, str]]:
        who = callbacks.who()
        if asked["do"] == "save":
            services.views.save(who, kind.name, asked["name"], asked["query"])
            toast("ok", f"View {asked['name']} saved", "It is in the Views menu of this list.")
        if asked["do"] == "remove":
            services.views.remove(who, kind.name, asked["name"])
        return [asdict(view) for view in services.views.list(who, kind.name)]


def _view(kind: ListKind, view: dict[str, Any] | None, opened: dict[str, Any]) -> dict[str, Any]:
    """The view of this list; what it was opened with while the shell speaks of another page."""
    return view if view and view.get("path") == f"/{kind.name}" else opened


def query_of(
    kind: ListKind, view: dict[str, Any], sort: str, *, page: int, page_size: int
) -> ListQuery:
    """The service's question for a view. Words with ``=`` in the filter field are labels."""
    words = str(view.get("q") or "").split()
    labels = [word.rstrip(",") for word in words if "=" in word]
    clusters = _many(view.get("cluster"))
    chosen = {key: _many(view.get(key)) for key in kind.chips if key not in APART}
    return ListQuery(
        clusters=clusters or None,
        namespace=str(view.get("namespace") or "") or None,
        label_selector=",".join(labels),
        search=" ".join(word for word in words if "=" not in word),
        sort=sort or str(view.get("sort") or ""),
        page=page,
        page_size=page_size,
        filters={key: values for key, values in chosen.items() if values},
    )


def _many(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    return tuple(item for item in value or () if item)


def present(kind: str, row: dict[str, Any], clusters: dict[str, Any]) -> dict[str, Any]:
    """A row with what only the page knows: its address and its cluster's colour."""
    info = clusters.get(row["cluster"])
    address = href(kind, row["cluster"], row["namespace"], row["name"])
    return row | {"href": address, "slot": info.slot if info else 8}


def foot(page: Page, start: int) -> str:
    """Such as "1 to 19 of 38 after filters, 41 in all"."""
    if not page.total:
        return f"none of {page.unfiltered}" if page.unfiltered else "none"
    shown = f"{start + 1} to {start + len(page.items)} of {page.total}"
    if page.total == page.unfiltered:
        return shown
    return f"{shown} after filters, {page.unfiltered} in all"


def as_of(page: Page) -> str:
    """Until when the rows are known to be true."""
    return f"As of {clock(page.as_of)}" if page.as_of else ""


def missing(page: Page, clusters: int, kind: ListKind) -> tuple[str, str, str, str]:
    """The strip above the list: how many clusters answered, which did not and why."""
    gone = page.clusters_missing
    if not gone:
        return "strip warn d-none", "", "", ""
    said = []
    for entry in gone:
        seen = entry.get("last_seen")
        shown = (
            f"Its {kind.many} are shown as last seen at {clock(datetime.fromisoformat(seen))}."
            if seen
            else f"Its {kind.many} are not known."
        )
        said.append(f"{entry['cluster']} is missing: {str(entry['reason']).rstrip('.')}. {shown}")
    answered = f"{max(0, clusters - len(gone))} of {counted(clusters, 'cluster')} answered. "
    return "strip warn", answered, " ".join(said), ",".join(entry["cluster"] for entry in gone)


def instead(page: Page, kind: ListKind, view: dict[str, Any]) -> tuple[str, str, str, str]:
    """Why the table is empty, in its place, and whether filters can be cleared."""
    if page.total:
        return "instead d-none", "", "", "d-none"
    if page.clusters_missing and not page.unfiltered and page.as_of is None:
        text = "No cluster has answered yet; the list fills when one does."
        return "instead", f"{kind.many.capitalize()} are not known", text, "d-none"
    filters = [name for name in kind.chips if view.get(name)]
    if page.unfiltered and filters:
        words = " and ".join(
            f"text {view['q']}" if name == "q" else f"{name} {kind.said(name, _many(view[name]))}"
            for name in filters
        )
        return (
            "instead",
            f"No {kind.one} matches",
            f"{page.unfiltered} exist; {words} leaves none.",
            "btn btn-secondary",
        )
    if filters:
        return (
            "instead",
            f"No {kind.many} here",
            "Clear the filters to look further.",
            "btn btn-secondary",
        )
    text = (
        f"Create the first {kind.one} here, or with kubectl: it appears within two seconds."
        if kind.create
        else "A gateway class comes with the installation of a gateway controller."
    )
    return "instead", f"No {kind.many} yet", text, "d-none"


def as_csv(kind: str, rows: list[dict[str, Any]]) -> str:
    """The filtered table with every column of the list, lists joined by blanks."""
    columns = [made["field"] for made in tables.LIST_COLUMNS[kind]]
    columns.insert(1, "namespace")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(
            "/".join(str(part[key]) for key in ("namespace", "name", "section") if part.get(key))
            if isinstance(part, dict)
            else str(part)
            for part in value
        )
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@"):
        return f"'{value}"  # a spreadsheet would run it as a formula
    return value


def counted(number: int, word: str) -> str:
    """Such as "1 cluster", "3 clusters"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
