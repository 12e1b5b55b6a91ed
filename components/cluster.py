"""The page of one cluster: how it stands, what it has, its agent, and what an admin can change.

What is shown is one store, drawn by ``assets/js/pages/cluster.js``; the form of the settings stands
in the layout and is filled once, so that a push takes nothing away from whoever types.
"""

from typing import Any

from dash import dcc, html

from components import cluster_settings
from components.page import button, loading, page_head, panel

DATA = "cluster-data"
DRAWN = "cluster-drawn"
"""Nothing; a callback on the view of the address needs something of this page to belong to it."""
ASKED = "cluster-asked"
FOUND = "cluster-found"
MINTED = "cluster-minted"
REVOKE = "cluster-revoke"
UNREGISTER = "cluster-unregister"
FAREWELL = "cluster-farewell"
BASE = "cluster-base"
"""What the form was filled with; only what differs from it is changed."""

TABS = (("overview", "Overview"), ("agent", "Agent"), ("settings", "Settings"))

OVERLAPS = (("86400", "24 hours"), ("3600", "1 hour"), ("604800", "7 days"), ("0", "not at all"))
"""How long a replaced token stays valid, in seconds and in words."""


def layout(name: str) -> html.Div:
    """The page before anything about the cluster is known."""
    return html.Div(
        [
            page_head(
                name,
                id="cluster",
                crumbs=[("Clusters", "/clusters")],
                actions=[
                    button("Probe now", icon_name="arrow-clockwise", **{"data-retry": name}),
                    button(
                        "Test now", id="cluster-test", icon_name="clipboard2-check", hidden=True
                    ),
                ],
            ),
            html.Section(id="cluster-missing", className="panel missing-state", role="status"),
            html.Dl(id="cluster-facts", className="facts"),
            html.Div(id="cluster-strip", role="status", className="live-strip"),
            html.Nav(
                [
                    html.A(
                        label, href="?" if key == "overview" else f"?tab={key}", **{"data-tab": key}
                    )
                    for key, label in TABS
                ],
                className="tabs",
                id="cluster-tabs",
                **{"aria-label": "Cluster"},
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(id="cluster-test-room", role="status", className="live-strip"),
                            _drawn("Objects", "counts", 5),
                            _drawn("GPUs", "gpus", 2),
                            _drawn("API checks", "checks", 2),
                        ],
                        className="stack",
                    ),
                    html.Div(
                        [_drawn("Conditions", "conditions", 4), _drawn("Agent", "agent", 2)],
                        className="stack",
                    ),
                ],
                className="cols cluster-cols",
                **{"data-panel": "overview"},
            ),
            html.Div(_agent(), className="cols two-cols", hidden=True, **{"data-panel": "agent"}),
            html.Div(
                cluster_settings.layout(),
                className="cols two-cols",
                hidden=True,
                **{"data-panel": "settings"},
            ),
            dcc.Store(id=ASKED, data={"name": name}),
            *[
                dcc.Store(id=store)
                for store in (DATA, DRAWN, BASE, FOUND, MINTED, REVOKE, UNREGISTER, FAREWELL)
            ],
        ],
        id="cluster-page",
        className="cluster-page unread",
    )


def _drawn(title: str, key: str, rows: int) -> html.Section:
    """A panel that the script fills; its unit and its source have ids too."""
    return panel(
        title,
        loading(rows),
        rule=True,
        flush=True,
        body_id=f"cluster-{key}",
        unit_id=f"cluster-{key}-unit",
        source=html.Span(id=f"cluster-{key}-src"),
    )


def _agent() -> list[Any]:
    return [
        _drawn("Install the agent", "install", 4),
        panel(
            "Token",
            [
                html.P(
                    "The agent proves with it that it speaks for this cluster. It is shown once "
                    "and kept as a hash.",
                    className="t2",
                ),
                html.Div(
                    [
                        html.Label("Older tokens stay valid for", htmlFor="cluster-overlap"),
                        cluster_settings.select("cluster-overlap", OVERLAPS, OVERLAPS[0][0]),
                        button("Rotate token", id="cluster-rotate"),
                        button(
                            "Revoke all",
                            kind="outline-danger",
                            **{"data-cluster-ask": "revoke"},
                        ),
                    ],
                    className="row-f wrap needs-admin managed",
                ),
                html.P(id="cluster-token-why", className="t3 s12"),
                html.Div(id="cluster-token-shown", role="status"),
            ],
            rule=True,
        ),
    ]
