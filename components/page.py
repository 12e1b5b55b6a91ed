"""What pages are made of: head, buttons, panels, lines of a list, and what stands in an empty one.

Everything here takes plain values and gives Dash components with the class names of
``assets/css/app.css``. Nothing holds an input or a grid inside children that a callback rewrites.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

import dash_bootstrap_components as dbc
from dash import html

from components.status import ICONS, colour, icon

Child = Any
"""What Dash accepts as a child: text, a component, a list of them, or None."""


def object_title(page: str) -> Callable[..., str]:
    """The document's title of a page that shows one object, from the variables of its path.

    Their names end in ``_``, because a key of the query overrides a variable of the same name.
    """

    def title(name_: str = "", **_: str) -> str:
        return f"{unquote(name_)}, {page} · NGF Console"

    return title


def page_head(
    title: Child,
    *,
    sub: Child = None,
    pill: Child = None,
    crumbs: Sequence[tuple[str, str]] = (),
    actions: Sequence[Child] = (),
    id: str = "",
) -> html.Div:
    """Breadcrumb, the page's one h1 with its status pill, actions right (the primary one last).

    With ``id`` the parts get ids that callbacks fill: ``<id>-title``, ``<id>-pill``, ``<id>-sub``,
    ``<id>-actions``; they then exist even when empty.
    """

    def named(part: str) -> dict[str, str]:
        return {"id": f"{id}-{part}"} if id else {}

    left: list[Child] = []
    if crumbs:
        trail: list[Child] = []
        for label, href in crumbs:
            trail += [html.A(label, href=href, className="n-keep"), html.Span("/")]
        left.append(html.Nav(trail[:-1], className="crumb", **{"aria-label": "Breadcrumb"}))
    heading = [html.H1(title, **named("title"))]
    if pill is not None or id:
        heading.append(html.Span(pill, className="slot", **named("pill")))
    if sub is not None or id:
        heading.append(html.Span(sub, className="sub", **named("sub")))
    left.append(html.Div(heading, className="ttl"))
    return html.Div(
        [
            html.Div(left, className="grow"),
            html.Div(list(actions), className="act", **named("actions")),
        ],
        className="n-head",
    )


def button(
    label: str,
    *,
    id: Any = None,
    icon_name: str = "",
    kind: str = "secondary",
    href: str = "",
    small: bool = False,
    **attributes: Any,
) -> html.Button | html.A:
    """A button, or with ``href`` a link that looks like one. ``kind``: primary (one a view),
    secondary, link, outline-danger, danger."""
    children = [icon(icon_name), label] if icon_name else label
    classes = f"btn btn-{kind}" + (" btn-sm" if small else "")
    classes = " ".join(filter(None, (classes, attributes.pop("className", ""))))
    if id is not None:
        attributes["id"] = id
    if href:
        return html.A(children, href=href, className=classes, **attributes)
    return html.Button(children, className=classes, type="button", **attributes)


def files_button(store: str, label: str = "Export", *, note: str = "", **attributes: Any) -> Child:
    """A menu of formats; the one that is chosen is written to ``store`` as ``{format, at}``.
    ``note`` says in the menu what the file has."""
    return html.Button(
        [icon("download"), label, icon("chevron-down")],
        className="btn btn-secondary " + attributes.pop("className", ""),
        type="button",
        **{"data-files": store, "data-note": note, "aria-haspopup": "menu"},
        **attributes,
    )


def icon_button(name: str, label: str, **attributes: Any) -> html.Button:
    """A square button without a visible word; ``label`` is its accessible name."""
    return html.Button(
        icon(name),
        className="n-ico " + attributes.pop("className", ""),
        type="button",
        title=label,
        **{"aria-label": label},
        **attributes,
    )


def menu_of(id: str, title: str) -> html.Button:
    """The button of a panel's menu: what is shown under ``id`` as a table or a file. It is its own
    icon: a page has many."""
    label = f"Menu of {title}"
    return html.Button(
        className="n-ico sm bi bi-three-dots",
        type="button",
        title=label,
        **{
            "aria-label": label,
            "aria-haspopup": "menu",
            "data-panel-menu": id,
            "data-title": title,
        },
    )


def panel(
    title: str,
    body: Child,
    *,
    unit: Child = None,
    source: Child = None,
    rule: bool = False,
    flush: bool = False,
    foot: Child = None,
    classes: str = "",
    body_id: str = "",
    unit_id: str = "",
    menu: bool = False,
) -> html.Section:
    """A titled box. ``unit`` is grey beside the title, ``source`` right with its age; ``flush``
    takes the padding away for tables and lists, ``rule`` draws a line under the head, ``menu``
    gives what is told as values under ``body_id`` (`components.panels.values`)."""
    head: list[Child] = [html.H2(title)]
    if unit is not None or unit_id:
        head.append(html.Span(unit, className="u", **({"id": unit_id} if unit_id else {})))
    if source is not None:
        head.append(html.Span(source, className="src"))
    if menu:
        head.append(menu_of(body_id, title))
    parts: list[Child] = [
        html.Header(head, className="rule" if rule else ""),
        html.Div(body, className="bd0" if flush else "bd", **({"id": body_id} if body_id else {})),
    ]
    if foot is not None:
        parts.append(html.Footer(foot))
    return html.Section(parts, className=f"panel {classes}".strip())


def live(source: str) -> html.Span:
    """``source`` of a panel that is pushed, with the age of the cluster's data."""
    return html.Span(**{"data-live": source})


def search_field(
    id: Any, label: str, placeholder: str, value: str = "", debounce: int = 250
) -> html.Div:
    """The field of a filter bar, which ``/`` leads to; ``debounce`` is ms of rest before it asks.
    ``label`` is its accessible name."""
    return html.Div(
        [
            icon("search"),
            dbc.Label(label, html_for=id, class_name="visually-hidden"),
            dbc.Input(
                id=id,
                type="search",
                value=value,
                placeholder=placeholder,
                autocomplete="off",
                debounce=debounce,
            ),
            html.Kbd("/", className="only-d", **{"aria-hidden": "true"}),
        ],
        className="fld",
    )


def kpi(id: str, label: Child, source: Child = None, *, spark: bool = False) -> html.Div:
    """One tile of a row of key figures; ``ngf.tile`` fills ``<id>-v``, ``<id>-d``, with ``spark``
    ``<id>-spark`` and, where no ``source`` is given, ``<id>-src``."""
    said = {} if source is not None else {"id": f"{id}-src"}
    parts: list[Child] = [
        html.Div([label, html.Span(source, className="src", **said)], className="l"),
        html.Div(html.Span(id=f"{id}-v"), className="v"),
        html.Div(id=f"{id}-d", className="d"),
    ]
    if spark:
        parts.append(html.Span(id=f"{id}-spark", className="spark"))
    return html.Div(parts, className="kpi")


def kpi_row(id: str, title: str, tiles: Sequence[html.Div]) -> html.Div:
    """A row of key figures; the menu of ``id`` gives them as values."""
    return html.Div([*tiles, menu_of(id, title)], className="kpis")


def condition(
    kind: str, title: Child, text: Child = None, *, reason: str = "", when: Child = None
) -> html.Div:
    """One line of a list of conditions, problems or changes: icon, title, age, sentence."""
    heading = [html.Span(title, className="b5")] if isinstance(title, str) else [title]
    if reason:
        heading += [" ", html.Span(reason, className="r")]
    return html.Div(
        [
            icon(ICONS.get(kind, ICONS["unknown"])),
            html.Div(heading, className="ell"),
            html.Span(when, className="w"),
            html.Div(text, className="m"),
        ],
        className=f"cond {colour(kind)}",
    )


def state(
    icon_name: str, title: str, text: Child, actions: Sequence[Child] = (), *, kind: str = ""
) -> html.Div:
    """The middle of a panel that has nothing else to show: why, and the next step."""
    return html.Div(
        [
            html.Div(icon(icon_name), className=f"state-i {kind}".strip()),
            html.Div(title, className="b6"),
            html.Div(text, className="state-t"),
            html.Div(list(actions), className="state-a"),
        ],
        className="state",
    )


def loading(rows: int = 5) -> html.Div:
    """Grey rows of the final height; they appear after 300 ms, so a quick answer never flashes."""
    return html.Div(
        [html.Div(className="skeleton") for _ in range(rows)],
        className="loading",
        role="status",
        **{"aria-label": "Loading"},
    )


def no_data(reason: str, text: Child = None) -> html.Div:
    """In a chart's place: the axis stays, the reason stands where the line would be."""
    return html.Div([html.Div(reason, className="b5"), html.Div(text)], className="no-data")
