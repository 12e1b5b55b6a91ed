"""List pages: blocks of rows from memory, and what the page says around them."""

from dataclasses import asdict
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import list_words
from callbacks.files import file
from callbacks.list_words import many
from callbacks.registrar import Callbacks, toast
from components import ids, list_page, tables
from components.list_page import STATUSES, ListKind
from services.errors import Invalid, NotFound
from services.gatewayapi.policies.service import TOGETHER
from services.listing import ListQuery

APART = ("q", "cluster", "namespace")
"""Filters that a question to a list has a word of its own for."""
EVERYTHING = 100_000
"""Page size of a file: more rows than a fleet has objects of one kind."""


def register(callbacks: Callbacks) -> None:
    """Register the callbacks of every list page on ``callbacks``."""
    for kind in list_page.KINDS.values():
        _register(callbacks, kind)


def _register(callbacks: Callbacks, kind: ListKind) -> None:
    def part(name: str) -> str:
        return f"{kind.name}-{name}"

    services = callbacks.container
    source = {
        "certificates": services.certificates,
        TOGETHER: services.policies,
    }.get(kind.name, services.resources)

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
        Output(part("total"), "children"),
        Output(part("as-of"), "children"),
        Output(part("sub"), "children"),
        *[Output(part(f"number-{status}"), "children") for status in STATUSES],
        Output(part("strip"), "className"),
        Output(part("strip-answered"), "children"),
        Output(part("strip-why"), "children"),
        Output(part("retry"), "data-retry"),
        Output(part("instead"), "className"),
        Output(part("instead-icon"), "className"),
        Output(part("instead-title"), "children"),
        Output(part("instead-text"), "children"),
        Output(part("clear"), "className"),
        Output(part("clear"), "children"),
        Input(part("grid"), "getRowsRequest"),
        State(ids.VIEW, "data"),
        State(part("query"), "data"),
    )
    def rows(
        request: dict[str, Any] | None, view: dict[str, Any] | None, opened: dict[str, Any]
    ) -> Any:
        view = _view(kind, view, opened)
        if not request:
            return [no_update] * (14 + len(STATUSES))
        who = callbacks.who()
        try:
            start, size = request["startRow"], request["endRow"] - request["startRow"]
            sort = tables.sort_key(request.get("sortModel"))
            query = query_of(kind, view, sort, page=start // size + 1, page_size=size)
            page = source.list(who, kind.kind, query)
        except (Invalid, NotFound) as error:
            empty = {"rowData": [], "rowCount": 0}
            untold = [no_update] * (3 + len(STATUSES) + 4)
            return [empty, *untold, *list_words.refused(error, kind, view)]
        rows = page.items
        if kind is list_page.ROUTES:
            rows = services.judging.listed(who, rows)
        shown = {row["cluster"] for row in rows}
        slots = {name: services.fleet.slot(name) for name in shown}
        response = {
            "rowData": [list_words.present(kind.kind, row, slots) for row in rows],
            "rowCount": page.total,
        }
        return [
            response,
            list_words.total(page),
            list_words.as_of(page),
            f"{page.unfiltered:,} on {list_words.counted(page.clusters, 'cluster')}",
            *[f"{page.counts.get(status, 0):,}" for status in STATUSES],
            *list_words.missing(page, kind),
            *list_words.instead(page, kind, view),
        ]

    @callbacks.on(
        Output(part("download"), "data"),
        Input(part("export"), "data"),
        State(part("grid"), "getRowsRequest"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def download(
        wanted: dict[str, Any], request: dict[str, Any] | None, view: dict[str, Any] | None
    ) -> Any:
        sort = tables.sort_key((request or {}).get("sortModel"))
        query = query_of(kind, view or {}, sort, page=1, page_size=EVERYTHING)
        page = source.list(callbacks.who(), kind.kind, query)
        return file(services, kind.name, wanted["format"], list_words.values(kind, page))

    @callbacks.on(
        Output(part("facets"), "data"),
        Input(part("facets-asked"), "data"),
        State(ids.VIEW, "data"),
        State(part("query"), "data"),
        prevent_initial_call=True,
    )
    def facets(_asked: int, view: dict[str, Any] | None, opened: dict[str, Any]) -> dict[str, Any]:
        query = query_of(kind, _view(kind, view, opened), "", page=1, page_size=1)
        return source.facets(callbacks.who(), kind.kind, query)

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
    clusters = many(view.get("cluster"))
    chosen = {key: many(view.get(key)) for key in kind.chips if key not in APART}
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
