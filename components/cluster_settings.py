"""The forms of a cluster: what people tell of it, its access, its end; and the inputs that the
registration of a new one asks for too."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components.page import button, panel

EDITIONS = (("unknown", "As it is found"), ("oss", "OSS"), ("enterprise", "Plus"))

TOLD = ("display-name", "region", "environment", "labels", "edition", "interval", "otel")
"""Inputs of what is told of a cluster, by what stands after ``cluster-`` in their ids."""
ACCESS = ("kubeconfig", "prometheus-url", "prometheus-user", "prometheus-password")


def layout() -> list[Any]:
    """The settings of a registered cluster."""
    return [
        html.Fieldset(
            [
                html.Div(id="cluster-denied", className="live-strip", role="status"),
                panel(
                    "What it is called",
                    html.Div(
                        [
                            *told("cluster"),
                            html.Div(
                                [
                                    button("Save", id="cluster-save", kind="primary"),
                                    html.Span(
                                        id="cluster-saved", className="t3 s12", role="status"
                                    ),
                                ],
                                className="row-f needs-admin managed",
                            ),
                        ],
                        className="fs",
                    ),
                    rule=True,
                ),
            ],
            id="cluster-form",
            className="stack",
            disabled=True,
        ),
        html.Div(
            [
                panel(
                    "Access",
                    html.Div(
                        [
                            html.P(
                                "A new kubeconfig takes effect at once and replaces the one before."
                                " What is stored is never shown.",
                                className="t2",
                            ),
                            html.P(id="cluster-local", className="t3 s12"),
                            *access("cluster"),
                            html.Div(button("Replace", id="cluster-replace"), className="row-f"),
                        ],
                        className="fs",
                    ),
                    rule=True,
                ),
                panel(
                    "Unregister",
                    [
                        html.P(
                            "Its ManagedCluster, its Secrets and its token go from the hub. The "
                            "cluster itself is left as it is.",
                            className="t2",
                        ),
                        button(
                            "Unregister cluster",
                            kind="outline-danger",
                            **{"data-cluster-ask": "unregister"},
                        ),
                    ],
                    rule=True,
                ),
            ],
            className="stack needs-admin managed",
        ),
    ]


def told(form: str) -> list[html.Div]:
    """Inputs for what people tell of a cluster; ids begin with the name of the ``form``."""
    return [
        field(
            f"{form}-display-name",
            "Display name",
            dbc.Input(id=f"{form}-display-name", maxlength=100, autocomplete="off"),
            "What people call it.",
        ),
        html.Div(
            [
                field(f"{form}-region", "Region", suggested(f"{form}-region")),
                field(f"{form}-environment", "Environment", suggested(f"{form}-environment")),
            ],
            className="fgrid",
        ),
        field(
            f"{form}-labels",
            "Labels",
            dbc.Input(id=f"{form}-labels", autocomplete="off", placeholder="team=web, tier=1"),
            "key=value with commas between; lists and this page filter by them.",
        ),
        html.Div(
            [
                field(
                    f"{form}-edition",
                    "NGF edition",
                    select(f"{form}-edition", EDITIONS, EDITIONS[0][0]),
                ),
                field(
                    f"{form}-interval",
                    "Heartbeat every, seconds",
                    dbc.Input(
                        id=f"{form}-interval",
                        inputmode="numeric",
                        autocomplete="off",
                        placeholder="30",
                    ),
                ),
            ],
            className="fgrid",
        ),
        field(
            f"{form}-otel",
            "OpenTelemetry endpoint",
            dbc.Input(id=f"{form}-otel", autocomplete="off", placeholder="that of the hub"),
        ),
    ]


def access(form: str) -> list[html.Div]:
    """Inputs for how a cluster is reached; their values are cleared once they are used."""
    return [
        field(
            f"{form}-kubeconfig",
            "Kubeconfig",
            dbc.Textarea(
                id=f"{form}-kubeconfig",
                className="mono kubeconfig",
                rows=9,
                spellcheck=False,
                placeholder="Paste it, or drop its file here",
            ),
            "Inline data only: no program, no file, no proxy, and https. "
            "kubectl config view --raw --flatten --minify writes such a one.",
        ),
        html.Div(
            [
                field(
                    f"{form}-prometheus-url",
                    "Prometheus URL, optional",
                    dbc.Input(id=f"{form}-prometheus-url", autocomplete="off", className="mono"),
                ),
                field(
                    f"{form}-prometheus-user",
                    "User",
                    dbc.Input(id=f"{form}-prometheus-user", autocomplete="off"),
                ),
                field(
                    f"{form}-prometheus-password",
                    "Password",
                    dbc.Input(
                        id=f"{form}-prometheus-password",
                        type="password",
                        autocomplete="new-password",
                    ),
                ),
            ],
            className="fgrid three",
        ),
    ]


def field(id: str, label: str, control: Any, hint: str = "") -> html.Div:
    """A labelled input with room for what is wrong with it."""
    parts = [
        dbc.Label(label, html_for=id),
        control,
        html.Div(id=f"{id}-error", className="hint err", role="alert"),
    ]
    if hint:
        parts.append(html.Div(hint, className="form-text"))
    return html.Div(parts)


def suggested(id: str) -> Any:
    """A text input with suggestions that the script knows."""
    return html.Div(
        [
            dbc.Input(id=id, autocomplete="off", list=f"{id}-known", maxlength=63),
            html.Datalist(id=f"{id}-known"),
        ]
    )


def select(id: str, options: Iterable[Sequence[str]], value: str) -> dbc.Select:
    """A choice of ``(value, label)`` pairs."""
    return dbc.Select(
        id=id,
        value=value,
        options=[{"value": key, "label": label} for key, label in options],
        class_name="auto-width",
    )
