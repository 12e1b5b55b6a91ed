"""The registration of a cluster in four steps, all mounted: who it is, how it is reached, what a
live test finds, its agent. ``assets/js/pages/register.js`` leads through them.

The kubeconfig is in its textarea and nowhere else in the browser, until it is registered.
"""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import cluster_settings
from components.page import button, page_head, panel
from components.status import icon

GUIDE = "register-guide"
FOUND = "register-found"
MADE = "register-made"
WAIT = "register-wait"
HEARD = "register-heard"

STEPS = (
    ("identity", "Identity"),
    ("access", "Access"),
    ("test", "Live test"),
    ("agent", "Register and agent"),
)
INPUTS = ("name", *cluster_settings.TOLD, *cluster_settings.ACCESS)
"""Everything that is typed, by what stands after ``register-`` in its id."""


def layout() -> html.Div:
    """All four steps, the first one open."""
    return html.Div(
        [
            page_head("Register cluster", crumbs=[("Clusters", "/clusters")]),
            html.Section(id="register-not", className="panel missing-state", role="status"),
            html.Div(id="register-progress", className="hsteps"),
            html.Div(
                [
                    html.Nav(
                        id="register-steps", className="steps only-d", **{"aria-label": "Steps"}
                    ),
                    html.Div(
                        [
                            _step(key, title, body(), hidden=at > 0)
                            for at, ((key, title), body) in enumerate(
                                zip(STEPS, (_identity, _access, _test, _agent), strict=True)
                            )
                        ],
                        className="stack",
                    ),
                    html.Div(id="register-heard-room", className="heard", role="status"),
                ],
                className="cols wizard",
            ),
            html.Div(
                [
                    html.Span(id="register-said", className="t2 grow", role="status"),
                    button("Back", id="register-back"),
                    button("Test again", id="register-test"),
                    button("Continue", id="register-next", kind="primary"),
                    button("Register cluster", id="register-go", kind="primary", hidden=True),
                    button(
                        "Open cluster",
                        id="register-open",
                        kind="primary",
                        href="/clusters",
                        hidden=True,
                    ),
                ],
                className="bar-foot",
            ),
            *[dcc.Store(id=store) for store in (GUIDE, FOUND, MADE, HEARD)],
            dcc.Store(id=WAIT, data={}),
        ],
        id="register-page",
        className="form-page register-page",
    )


def _step(key: str, title: str, body: list[Any], *, hidden: bool) -> html.Div:
    return html.Div(body, hidden=hidden, **{"data-step": key, "aria-label": title, "role": "group"})


def _identity() -> list[Any]:
    name = cluster_settings.field(
        "register-name",
        "Name",
        dbc.Input(id="register-name", maxlength=63, autocomplete="off", className="mono"),
        "What addresses, labels and telemetry call it. It cannot be changed later.",
    )
    return [
        panel(
            "Identity",
            html.Div([name, *cluster_settings.told("register")], className="fs"),
            rule=True,
        )
    ]


def _access() -> list[Any]:
    return [
        panel(
            "Access",
            html.Div(
                [
                    *cluster_settings.access("register"),
                    html.Div(
                        button(
                            "Choose a file",
                            icon_name="file-earmark",
                            **{"data-kubeconfig-file": "register-kubeconfig"},
                        ),
                        className="row-f",
                    ),
                ],
                className="fs",
            ),
            unit="how the console reaches its API server",
            rule=True,
        ),
        panel(
            "Make a kubeconfig",
            html.Div(
                [
                    html.P(
                        "These commands make an account on the cluster that kubectl speaks to, "
                        "with the rights that the console uses, and write its kubeconfig into a "
                        "file.",
                        className="t2",
                    ),
                    html.Div(id="register-account"),
                ],
                className="fs",
            ),
            rule=True,
        ),
    ]


def _test() -> list[Any]:
    return [
        panel(
            "Live test",
            html.Div(
                [icon("clipboard2-check"), " Not tested yet."],
                className="quiet",
            ),
            unit="asked from here, at most 5 s a question; nothing is stored",
            rule=True,
            flush=True,
            body_id="register-findings",
        )
    ]


def _agent() -> list[Any]:
    return [
        panel("What is registered", html.Div(), rule=True, body_id="register-summary"),
        html.Div(id="register-done", className="stack"),
    ]
