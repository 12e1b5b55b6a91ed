"""The frame around every page: sidebar, top bar, stores, and the HTML document they live in.

The layout is built once per load from the shell's facts (see ``callbacks/shell.py``), so that the
first paint already names the person, the clusters and the problems. What changes afterwards comes
through the facts store and is written by ``assets/js/shell.js`` into elements that React leaves
alone; menus, search, help and toasts are drawn by the scripts, because they are one at a time.
"""

import json
from typing import Any

import dash
from dash import Dash, dcc, html

from components import ids, panels
from components.figures.paint import shipped
from components.page import icon_button
from components.status import icon

NAVIGATION: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("", (("Overview", "/", "grid-1x2", "o"),)),
    (
        "Fleet",
        (
            ("Clusters", "/clusters", "hdd-stack", "k"),
            ("GPU capacity", "/gpus", "gpu-card", "u"),
        ),
    ),
    (
        "Traffic",
        (
            ("Gateways", "/gateways", "door-open", "g"),
            ("Gateway classes", "/gatewayclasses", "collection", "c"),
            ("Routes", "/routes", "signpost-split", "r"),
            ("Policies", "/policies", "sliders", "y"),
            ("Certificates", "/certificates", "patch-check", "e"),
            ("Topology", "/topology", "diagram-3", "t"),
            ("Simulator", "/simulator", "play-btn", "m"),
        ),
    ),
    (
        "Inference",
        (
            ("Pools", "/pools", "layers", "i"),
            ("Stacks", "/stacks", "boxes", "b"),
            ("Picker decisions", "/decisions", "bullseye", "p"),
            ("Autoscaling", "/autoscaling", "graph-up", "z"),
        ),
    ),
    (
        "Observe",
        (
            ("Dashboard", "/dashboard", "speedometer2", "d"),
            ("Logs", "/logs", "list-columns-reverse", "l"),
            ("Diagnostics", "/diagnostics", "clipboard2-pulse", "x"),
            ("Request trace", "/trace", "activity", "v"),
            ("Route check", "/route-check", "signpost-2", "w"),
        ),
    ),
    (
        "Operate",
        (
            ("Audit log", "/audit", "journal-text", "a"),
            ("Settings", "/settings", "gear", "s"),
        ),
    ),
)
"""Areas and their pages: label, path, icon, and the letter that follows ``g`` to go there. A page
that is not registered is not shown."""

DOCUMENT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{%metas%}
<title>{%title%}</title>
__HEAD__
{%css%}
</head>
<body>
{%app_entry%}
<footer hidden>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


def install(app: Dash, head: str) -> None:
    """Give ``app`` its HTML document; ``head`` carries theme script, styles and icons."""
    app.index_string = DOCUMENT.replace("__HEAD__", head)


def layout(facts: dict[str, Any]) -> html.Div:
    """Sidebar, top bar, the page, and the stores the scripts and callbacks share."""
    return html.Div(
        [
            html.A("Skip to content", href="#main", className="n-skip", id="skip"),
            html.Div(
                [
                    _sidebar(facts),
                    html.Div(
                        [
                            _top(facts),
                            html.Main(dash.page_container, id="main", tabIndex="-1"),
                        ],
                        className="n-main",
                    ),
                ],
                className="n-shell",
            ),
            html.Div(id="n-toasts", role="status", **{"aria-live": "polite"}),
            html.Div(id="n-alerts", role="alert"),
            html.Div(id="n-float", **{"data-charts": json.dumps(shipped())}),
            dcc.Store(id=ids.FACTS, data=facts),
            dcc.Store(id=ids.VIEW),
            dcc.Store(id=ids.LIVE_CHANGES, data=[]),
            dcc.Store(id=ids.TICK, data=0),
            dcc.Store(id=ids.TOAST),
            dcc.Store(id=ids.RETRY),
            dcc.Store(id=ids.SEARCH_QUERY),
            dcc.Store(id=ids.SEARCH_RESULTS),
            dcc.Store(id=panels.EXPORT),
            dcc.Download(id=panels.DOWNLOAD),
        ],
        **{"data-role": facts["user"]["role"]},
    )


def _sidebar(facts: dict[str, Any]) -> html.Nav:
    registered = {page["path"] for page in dash.page_registry.values()}
    items: list[Any] = []
    for area, links in NAVIGATION:
        shown = [link for link in links if link[1] in registered]
        if not shown:
            continue
        if area:
            items.append(html.Div(area, className="n-nav-g"))
        for label, path, icon_name, letter in shown:
            items.append(
                # The icon is the link's own ``::before`` and the number is drawn by shell.js: a
                # page has room for few components, and the frame is part of every page.
                html.A(
                    label,
                    href=path,
                    className=f"n-keep bi bi-{icon_name}",
                    **{"data-go": letter, "data-label": label, "data-count": path.strip("/")},
                )
            )
    return html.Nav(
        [
            # Its mark is drawn before it, for the same reason.
            html.Div(html.Span("NGF Console", className="n-word"), className="n-brand"),
            html.Div(items, className="n-nav"),
            html.Div(
                [
                    html.Span(f"v{facts['version']}", className="n-word"),
                    icon_button("layout-sidebar", "Collapse sidebar", id="n-collapse"),
                ],
                className="n-side-foot",
            ),
        ],
        className="n-side",
        id="n-side",
        **{"aria-label": "Main"},
    )


def _top(facts: dict[str, Any]) -> html.Header:
    user = facts["user"]
    return html.Header(
        [
            icon_button("list", "Open menu", id="n-menu", className="only-m"),
            _selector("n-cluster", "Cluster"),
            _selector("n-namespace", "Namespace", "only-d"),
            html.Button(
                [
                    icon("search"),
                    html.Span("Search pages, objects, hosts"),
                    html.Kbd("Ctrl K"),
                ],
                id="n-find",
                className="n-search only-d",
                type="button",
                **{"aria-haspopup": "dialog"},
            ),
            html.Span(className="grow"),
            html.Span(
                html.Span(["Demo", html.Span(" data", className="n-rest")]),
                className="n-demo bi bi-easel",
                title="Every object on this console is made up. Nothing here is a live cluster.",
                hidden=not facts["demo"],
            ),
            html.Span(
                [html.B(), html.Span(id="n-live-text")],
                id="n-live",
                className="n-live",
                role="status",
                **{"aria-live": "off"},
            ),
            icon_button("search", "Search", id="n-find-m", className="only-m"),
            icon_button("question-lg", "Keyboard help", id="n-help", className="only-d"),
            icon_button("circle-half", "Theme", id="n-theme", className="only-d"),
            html.Button(
                html.Span(_initials(user["name"]), className="n-ava", **{"aria-hidden": "true"}),
                id="n-user",
                className="n-ico",
                type="button",
                **{
                    "aria-label": f"{_initials(user['name'])}, account of {user['name']}, "
                    f"{user['role']}",
                    "aria-haspopup": "menu",
                },
            ),
        ],
        className="n-top",
    )


def _selector(id: str, label: str, classes: str = "") -> html.Button:
    return html.Button(
        [
            html.Span(label, className="k"),
            html.Span("All", id=f"{id}-text"),
            html.Span(id=f"{id}-tag", className="tag"),
            icon("chevron-down"),
        ],
        id=id,
        className=f"n-sel {classes}".strip(),
        type="button",
        **{"aria-haspopup": "dialog", "aria-expanded": "false"},
    )


def _initials(name: str) -> str:
    words = [word for word in name.replace(".", " ").replace("-", " ").split() if word]
    return ("".join(word[0] for word in words[:2]) or "?").upper()
