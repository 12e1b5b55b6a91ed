"""The settings page: four tabs, all in the layout, the chosen one in the URL."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.page import button, loading, page_head, panel
from components.status import icon

ABOUT = "settings-about"
TOKENS = "settings-tokens"
REVOKE = "settings-revoke"
MADE = "settings-made"

TABS = (
    ("about", "About"),
    ("sources", "Data sources"),
    ("tokens", "API tokens"),
    ("theme", "Theme"),
)
LIFETIMES = {"1": "1 day", "7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year"}
ROLES = {
    "viewer": "Viewer, reads",
    "operator": "Operator, reads and changes objects",
    "admin": "Admin, also manages the console",
}
THEMES = (
    ("light", "Light", "sun"),
    ("dark", "Dark", "moon"),
    ("system", "As the system", "circle-half"),
)


def layout() -> html.Div:
    """Tabs and their panels; ``assets/js/pages/settings.js`` shows the one the URL names."""
    return html.Div(
        [
            page_head("Settings"),
            html.Nav(
                [html.A(label, href=f"?tab={key}", **{"data-tab": key}) for key, label in TABS],
                className="tabs",
                id="settings-tabs",
                **{"aria-label": "Settings"},
            ),
            html.Div(
                [
                    panel("This console", html.Div(loading(4), id=f"{ABOUT}-body"), rule=True),
                    panel("Your permissions", html.Div(loading(2), id=f"{ABOUT}-you"), rule=True),
                ],
                className="cols settings-cols",
                **{"data-panel": "about"},
            ),
            html.Div(
                panel(
                    "What is read, and how old it is",
                    html.Div(loading(4), id=f"{ABOUT}-sources"),
                    rule=True,
                    flush=True,
                ),
                hidden=True,
                **{"data-panel": "sources"},
            ),
            html.Div(
                [
                    panel(
                        "API tokens",
                        html.Div(loading(3), id=f"{TOKENS}-body"),
                        unit="for REST, agents and notebooks",
                        rule=True,
                        flush=True,
                    ),
                    html.Div(_create(), id=f"{TOKENS}-create", hidden=True),
                ],
                className="cols token-cols",
                hidden=True,
                **{"data-panel": "tokens"},
            ),
            html.Div(
                panel("Theme", _theme(), unit="kept in this browser", rule=True),
                hidden=True,
                **{"data-panel": "theme"},
            ),
            dcc.Store(id=ABOUT),
            dcc.Store(id=TOKENS),
            dcc.Store(id=REVOKE),
            dcc.Store(id=MADE),
        ],
        className="form-page",
    )


def _create() -> html.Section:
    return panel(
        "New token",
        html.Div(
            [
                _field(
                    "token-name",
                    "Name",
                    dbc.Input(id="token-name", maxlength=100, autocomplete="off"),
                    "What will use it, such as ci-deploy.",
                ),
                _field("token-role", "Role", _select("token-role", ROLES, "viewer")),
                _field("token-ttl", "Valid for", _select("token-ttl", LIFETIMES, "30")),
                _field(
                    "token-clusters",
                    "Clusters",
                    dbc.Input(id="token-clusters", autocomplete="off", placeholder="all"),
                    "Names with commas between; empty means all.",
                ),
                _field(
                    "token-namespaces",
                    "Namespaces",
                    dbc.Input(id="token-namespaces", autocomplete="off", placeholder="all"),
                    "Names with commas between; empty means all.",
                ),
                html.Div(button("Create token", id="token-create", kind="primary")),
                html.Div(id="token-shown", role="status"),
            ],
            className="fs",
        ),
        rule=True,
    )


def _field(id: str, label: str, control: Any, hint: str = "") -> html.Div:
    parts = [dbc.Label(label, html_for=id), control]
    if hint:
        parts.append(html.Div(id=f"{id}-error", className="hint err", role="alert"))
        parts.append(html.Div(hint, className="form-text"))
    return html.Div(parts)


def _select(id: str, options: dict[str, str], value: str) -> dbc.Select:
    return dbc.Select(
        id=id,
        value=value,
        options=[{"value": key, "label": label} for key, label in options.items()],
    )


def _theme() -> html.Div:
    return html.Div(
        [
            html.Button(
                [icon(icon_name), label],
                type="button",
                className="btn btn-secondary",
                **{"data-theme-choice": value, "aria-pressed": "false"},
            )
            for value, label, icon_name in THEMES
        ],
        className="row-f wrap",
    )
