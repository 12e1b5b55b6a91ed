"""Panels with a chart, key figures with a sparkline, and what a page of them asks the server.

A panel stands at its final height from the first paint. Its content is one value in a store, made
by `told` and drawn by ``assets/js/panels.js``: the chart in the theme of the moment, the source
and the age of the newest sample, or in the chart's place why there is none. A page holds one store
of what is asked (`asked`: range, clusters, whatever else of the address); callbacks take it as
their input and answer into stores of their own.

What a panel shows, chart or table, is there as values, too (`values`): its menu, drawn by
``assets/js/values.js``, gives them as a table and as files.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from dash import dcc, html

from components.figures.paint import Figure
from components.page import Child, menu_of

CONFIG = {"displayModeBar": False, "doubleClick": False, "showAxisDragHandles": False}
"""Drags choose a time, which is the page's to show; so is going back from one."""

NOTHING: Figure = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}
"""What a chart shows before it was told anything."""

LISTS = ("cluster", "status")
"""Keys of an address that hold several values, comma separated."""

EXPORT = "panel-export"
DOWNLOAD = "panel-download"
"""The shell's store of a table to download as Parquet, and what downloads it."""


class Ends(Protocol):
    """What was looked at: from ``start`` up to ``end``."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


def chart_panel(
    id: str,
    title: str,
    *,
    unit: Child = None,
    height: int = 212,
    menu: bool = True,
    classes: str = "",
) -> html.Section:
    """A titled chart of ``height`` pixels. `told` values drawn under ``id`` fill it."""
    head: list[Child] = [
        html.H2(title),
        html.Span(unit, id=f"{id}-unit", className="u"),
        html.Span(id=f"{id}-note", className="u wrn"),
        html.Span(id=f"{id}-lg", className="lg"),
        html.Span(id=f"{id}-src", className="src"),
    ]
    if menu:
        head.append(menu_of(id, title))
    return html.Section(
        [html.Header(head), chart(id, height)],
        className=f"panel chart {classes}".strip(),
        **{"data-title": title},
    )


def chart(id: str, height: int) -> html.Div:
    """The place of a chart alone, with what stands in it instead."""
    return html.Div(
        [
            dcc.Graph(
                id=f"{id}-graph",
                figure=NOTHING,
                config=CONFIG,
                responsive=True,
                style={"height": "100%"},
            ),
            html.Div(id=f"{id}-none", className="instead-of-chart"),
        ],
        id=f"{id}-plot",
        className="plot",
        style={"height": f"{height}px"},
        role="img",
        **{"aria-label": "No data yet"},
    )


def told(
    figure: Figure,
    source: str,
    as_of: datetime | None,
    *,
    window: Ends | None = None,
    reason: str | None = None,
    last: datetime | None = None,
    height: int | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """What a panel shows. ``window`` is what was looked at, ``reason`` why there is nothing, or
    what part is missing; ``last`` is when something came last, where that was before the range.
    ``height`` and ``unit`` replace the panel's own, for charts with a row an object or of counts in
    buckets."""
    return {
        "figure": figure,
        "source": source,
        "as_of": as_of.isoformat() if as_of else None,
        "window": _ends(window),
        "reason": reason,
        "empty": is_empty(figure),
        "last": last.isoformat() if last else None,
        "height": height,
        "unit": unit,
    }


def values(
    rows: Iterable[Mapping[str, Any]],
    source: str = "",
    as_of: datetime | None = None,
    *,
    window: Ends | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """What a table says as values, for its menu: an answer of a page has them under ``values``, by
    the id of the menu. Rows have the same names each; their order is that of the columns."""
    given = list(rows)
    columns = list(dict.fromkeys(name for row in given for name in row))
    return {
        "columns": columns,
        "rows": [[_value(row.get(name)) for name in columns] for row in given],
        "source": source,
        "as_of": as_of.isoformat() if as_of else None,
        "window": _ends(window),
        "reason": reason,
    }


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _ends(window: Ends | None) -> dict[str, str] | None:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()} if window else None


def is_empty(figure: Figure) -> bool:
    """Whether no trace has a value to show."""
    return not any(
        _has_value(trace.get("z") or trace.get("y") or ())
        for trace in figure["data"]
        if not trace.get("meta", {}).get("aside")
    )


def _has_value(values: Sequence[Any]) -> bool:
    return any(
        _has_value(value) if isinstance(value, list | tuple) else value is not None
        for value in values
    )


def tile(
    value: str | None,
    unit: str = "",
    *,
    note: Sequence[tuple[str, str]] = (),
    source: str = "",
    as_of: datetime | None = None,
    spark: Sequence[float | None] = (),
    colour: str = "c1",
    exact: tuple[str, float | None] | None = None,
) -> dict[str, Any]:
    """What a key figure shows; ``note`` is words and their tone (``""``, ``bad``, ``warn``,
    ``good``), ``value`` None is not known, ``exact`` the name and the number that it rounds."""
    return {
        "value": value,
        "unit": unit,
        "note": [list(one) for one in note],
        "source": source,
        "as_of": as_of.isoformat() if as_of else None,
        "spark": list(spark),
        "colour": colour,
        "exact": exact,
    }


def asked(id: str, query: Mapping[str, str]) -> dcc.Store:
    """The store of what a page asks, from the address it was opened with; ``panels.js`` writes it
    anew when the address changes and when it is time to ask again."""
    given = {key: value for key, value in query.items() if value}
    lists = {
        key: [one for one in given.get(key, "").split(",") if one] for key in LISTS if key in given
    }
    return dcc.Store(id=id, data={"cluster": [], "range": "", **given, **lists, "count": 0})


def time_range(default: str = "1h", *, short: bool = False) -> html.Div:
    """The page's control of range and refresh, drawn by ``assets/js/ranges.js`` from the address;
    ``default`` is the range where it names none. A ``short`` one is a button that says the range,
    for pages that refresh in a way of their own."""
    part = {"data-short": "1"} if short else {}
    return html.Div(id="n-range", className="n-range", **{"data-default": default}, **part)
