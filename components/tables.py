"""AG Grid tables: one Dash component each, however many rows.

Three kinds. A *list* asks the server for blocks of rows (infinite row model) and never holds more
than it shows. A *whole table* is given all its rows at once and scrolls in them: clusters, nodes. A
*detail table* grows with its rows and suits what one object owns: listeners, parents, events. Cells
are the renderers of ``resources_cells.js``.
"""

from typing import Any

import dash_ag_grid as dag

Column = dict[str, Any]

THEME = {"function": "themeQuartz"}
COLUMN = {
    "resizable": True,
    "suppressMovable": True,
    "suppressHeaderMenuButton": True,
    "cellDataType": False,  # our renderers know their values
}
FIT = {
    event: ["ngfFit(params)"]
    for event in ("gridSizeChanged", "modelUpdated", "firstDataRendered", "stateUpdated")
}
"""At 390 px only the columns marked ``narrow`` stay. A grid without rows may have its size and
its model before it is listened to; the first state comes after."""
SEEN = {
    **{event: [*calls, "ngfSeen(params)"] for event, calls in FIT.items()},
    "bodyScrollEnd": ["ngfSeen(params)"],
    "cellFocused": ["ngfChosen(params)"],
}
"""A list says which of its rows are in sight, and its address which one is chosen."""


def column(
    field: str,
    title: str,
    cell: str = "NgfText",
    *,
    width: int | None = None,
    flex: int | None = None,
    sort: bool = True,
    number: bool = False,
    narrow: bool = False,
    shown: bool = True,
    **more: Any,
) -> Column:
    """One column; ``narrow`` ones stay at 390 px, ``more`` goes to the renderer. One that is not
    ``shown`` waits in the column chooser."""
    made: Column = {
        "field": field,
        "headerName": title,
        "cellRenderer": cell,
        "sortable": sort,
        "context": {"narrow": narrow, "shown": shown},
        "hide": not shown,
        "cellRendererParams": more,
    }
    if flex:
        made |= {"flex": flex, "minWidth": width or 120}
    elif width:
        made |= {"width": width}
    if number:
        made |= {"type": "rightAligned"}
    return made


def _identity_columns() -> list[Column]:
    status = column("status", "Status", "NgfStatus", width=178)
    name = column("name", "Name", "NgfName", flex=3, width=150, narrow=True)
    return [
        status | {"pinned": "left"},
        name,
        column("cluster", "Cluster", "NgfCluster", width=96),
        column("reason", "Reason", "NgfReason", width=150),
    ]


def _age_columns() -> list[Column]:
    return [
        column("created", "Age", "NgfAge", width=86, number=True),
        column("as_of", "Data age", "NgfDataAge", width=78, number=True, sort=False),
    ]


LIST_COLUMNS: dict[str, list[Column]] = {
    "gateways": [
        *_identity_columns(),
        column("class", "Class", width=96, shown=False),
        column("listener_ports", "Listener ports", width=138, sort=False, none="none"),
        column(
            "addresses",
            "Address",
            "NgfFirst",
            width=132,
            sort=False,
            mono=True,
            none="not assigned",
        ),
        column("routes", "Routes", width=82, number=True, narrow=True),
        column("bundle", "Bundle", width=120, sort=False, shown=False, none="none"),
        *_age_columns(),
    ],
    "gatewaybundles": [
        *_identity_columns(),
        column("class", "Class", width=96, shown=False),
        column("listener_ports", "Listener ports", width=138, sort=False, none="none"),
        column("hosts", "Hosts", "NgfFirst", width=140, sort=False, mono=True, shown=False),
        column("addresses", "Address", "NgfFirst", width=124, sort=False, mono=True, none="none"),
        column("children", "Children ready", width=118, sort=False, narrow=True),
        column("drifts", "Restored", width=82, number=True, sort=False, shown=False),
        *_age_columns(),
    ],
    "routes": [
        column("status", "Status", "NgfStatus", width=166) | {"pinned": "left"},
        column("name", "Name", "NgfName", flex=3, width=136, narrow=True),
        column("cluster", "Cluster", "NgfCluster", width=82),
        column("kind", "Kind", "NgfKind", width=60),
        column("reason", "Reason", "NgfReason", width=112),
        column(
            "hostnames",
            "Hostnames",
            "NgfFirst",
            flex=2,
            width=104,
            sort=False,
            mono=True,
            none="any host",
        ),
        column("matches_text", "Matches", flex=3, width=96, sort=False, mono=True, none="all"),
        column("filters", "Changes it", "NgfFirst", flex=2, width=90, sort=False, none="nothing"),
        column("parents", "Gateways", "NgfParents", flex=2, width=116, sort=False),
        column("attached", "Attached", "NgfState", width=84, sort=False),
        column("backends", "Backends", "NgfFirst", width=140, sort=False, shown=False),
        column("rules", "Rules", width=58, number=True, narrow=True, shown=False),
        column("created", "Age", "NgfAge", width=60, number=True),
        column("as_of", "Data age", "NgfDataAge", width=78, number=True, sort=False, shown=False),
    ],
    "certificates": [
        *_identity_columns(),
        column("hosts", "Hosts", "NgfFirst", flex=2, width=140, sort=False, mono=True, none="none"),
        column("issuer", "Issuer", flex=1, width=120),
        column("key", "Key", width=104, none="not known"),
        column("days", "Days left", width=86, number=True, narrow=True, none="not known"),
        column("used_by", "Used by", "NgfFirst", flex=2, width=150, sort=False, none="nobody"),
        column("holder", "Kept in", width=104),
        column("uses", "Uses", width=66, number=True, shown=False),
        *_age_columns(),
    ],
    "policies": [
        column("status", "Status", "NgfStatus", width=152) | {"pinned": "left"},
        column("name", "Name", "NgfName", flex=3, width=150, narrow=True),
        column("cluster", "Cluster", "NgfCluster", width=86),
        column("kind", "Kind", width=168),
        column("reason", "Reason", "NgfReason", width=132),
        column("target", "Target", "NgfFirst", flex=3, width=130, none="rules of routes"),
        column("settings", "Sets", "NgfFirst", flex=4, width=140, sort=False, mono=True),
        column("said", "Controllers say", "NgfFirst", flex=2, width=120, sort=False, shown=False),
        column("gives_way", "Gives way to", width=140, sort=False, none="nothing"),
        column("created", "Age", "NgfAge", width=62, number=True),
        column("as_of", "Data age", "NgfDataAge", width=78, number=True, sort=False, shown=False),
    ],
    "stacks": [
        column("status", "Phase", "NgfStatus", width=124) | {"pinned": "left"},
        column("name", "Name", "NgfName", flex=3, width=150, narrow=True),
        column("cluster", "Cluster", "NgfCluster", width=92),
        column("model", "Model", "NgfStackModel", flex=3, width=140),
        column("engine", "Engine", "NgfStackEngine", width=76),
        column("gpu_type", "GPUs", "NgfStackGpus", width=112, sort=False),
        column("replicas", "Replicas", "NgfStackSize", width=88, number=True, narrow=True),
        column("children_ready", "Children", "NgfStackChildren", width=88, number=True, sort=False),
        column("reason", "Problem", "NgfReason", flex=2, width=130),
        column("gateway", "Gateway", "NgfFirst", width=120, sort=False, none="none"),
        column("strategy", "Picks by", width=110, sort=False, shown=False),
        column("drifts", "Restored", width=84, number=True, sort=False, shown=False),
        *_age_columns(),
    ],
    "gatewayclasses": [
        *_identity_columns(),
        column("controller", "Controller", flex=4, width=190, mono=True),
        column("description", "Description", flex=2, width=120, sort=False, none="none"),
        column("gateways", "Gateways", width=96, number=True, narrow=True),
        *_age_columns(),
    ],
}


def list_grid(grid_id: str, kind: str, sort: str = "", columns: str = "") -> dag.AgGrid:
    """The infinite table of a list page; ``sort`` is the URL's, such as ``-metadata.name``, and so
    is ``columns``, the fields of those to be seen beside `FIXED` when they are not the usual ones.
    """
    return dag.AgGrid(
        id=grid_id,
        columnDefs=_sorted_by(_chosen(LIST_COLUMNS[kind], columns), sort),
        rowModelType="infinite",
        className="ngf-grid",
        style={"height": "100%", "width": "100%"},
        defaultColDef=COLUMN,
        getRowId="ngfRowId(params)",
        rowClassRules={"dim": "params.data && params.data.stale"},
        eventListeners=SEEN,
        dashGridOptions={
            "theme": THEME,
            "cacheBlockSize": 50,
            "maxBlocksInCache": 8,
            "rowBuffer": 10,
            "infiniteInitialRowCount": 1,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressMultiSort": True,
            "enableCellTextSelection": True,
            "suppressColumnVirtualisation": False,
        },
    )


def whole_grid(grid_id: str, columns: list[Column], row_id: str, dim: str, empty: str) -> Any:
    """A table of all its rows. ``row_id`` is the script function that names a row, ``dim`` the
    field that says that one is as last seen; ``empty`` stands in it when there are none."""
    return dag.AgGrid(
        id=grid_id,
        columnDefs=columns,
        className="ngf-grid",
        style={"height": "100%", "width": "100%"},
        defaultColDef=COLUMN,
        getRowId=f"{row_id}(params)",
        rowClassRules={"dim": f"params.data && params.data.{dim}"},
        eventListeners=FIT,
        dashGridOptions={
            "theme": THEME,
            "animateRows": False,
            "rowBuffer": 10,
            "suppressMultiSort": True,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": empty, "loadingOoo": "Reading"},
        },
    )


def detail_grid(grid_id: str, columns: list[Column], empty: str) -> dag.AgGrid:
    """A table of what one object owns; as high as its rows, without a scroll bar of its own.

    ``empty`` stands in it when there are no rows. Until a callback gives it some, even none, it
    says that it is being read.
    """
    return dag.AgGrid(
        id=grid_id,
        columnDefs=columns,
        className="ngf-grid auto tall"
        if any("wrapText" in one for one in columns)
        else "ngf-grid auto",
        style={"width": "100%"},
        defaultColDef=COLUMN,
        eventListeners=FIT,
        dashGridOptions={
            "theme": THEME,
            "domLayout": "autoHeight",
            "animateRows": False,
            "suppressMultiSort": True,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": empty, "loadingOoo": "Reading"},
        },
    )


FIXED = ("status", "name")
"""Columns that no choice hides."""

SORT_FIELDS = {
    "name": "metadata.name",
    "namespace": "metadata.namespace",
    "created": "metadata.creationTimestamp",
}
"""Columns whose sort key in URLs and REST is the object's own field path."""


def sort_key(sort_model: list[dict[str, str]] | None) -> str:
    """AG Grid's sort model as the grammar of lists: ``-metadata.name``."""
    if not sort_model:
        return ""
    first = sort_model[0]
    name = SORT_FIELDS.get(first["colId"], first["colId"])
    return f"-{name}" if first["sort"] == "desc" else name


def _chosen(columns: list[Column], text: str) -> list[Column]:
    wanted = {*FIXED, *text.split(",")}
    return [made | {"hide": made["field"] not in wanted} for made in columns] if text else columns


def _sorted_by(columns: list[Column], sort: str) -> list[Column]:
    sort = sort or "status"
    wanted = sort.removeprefix("-")
    direction = "desc" if sort.startswith("-") else "asc"
    return [
        made | {"sort": direction}
        if wanted and wanted in (made["field"], SORT_FIELDS.get(made["field"]))
        else made
        for made in columns
    ]
