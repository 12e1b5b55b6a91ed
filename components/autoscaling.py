"""The page of autoscaling: every pool with the reason for its size, and of one pool the metric
against its target, its size over time, and why. One store, drawn by
``assets/js/pages/autoscaling.js``."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import live, loading, page_head, panel
from components.panels import asked, chart_panel, time_range

ASKED = "scaling-asked"
DATA = "scaling-data"
METRIC, SIZE, WAITING = "scaling-metric", "scaling-size", "scaling-waiting"
POOLS, WHY, EVENTS = "scaling-pools", "scaling-why", "scaling-events"
CHOSEN = "sel"
"""Key of the address: ``cluster/namespace/name``."""


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` says what is asked first."""
    return html.Div(
        [
            page_head("Autoscaling", actions=[time_range()]),
            html.Div(id="scaling-strip", role="status", className="live-strip"),
            html.Div(
                [
                    panel(
                        "Pools",
                        loading(6),
                        source=live("HPAs, ScaledObjects"),
                        rule=True,
                        flush=True,
                        body_id=POOLS,
                        menu=True,
                        unit_id="scaling-pools-unit",
                        classes="scaling-list",
                    ),
                    html.Div(
                        [
                            panel(
                                "Why it has this size",
                                loading(3),
                                rule=True,
                                flush=True,
                                body_id=WHY,
                                menu=True,
                                unit_id="scaling-why-unit",
                                source=html.Span(id="scaling-why-src"),
                            ),
                            chart_panel(
                                METRIC,
                                "Metric against target",
                                height=196,
                            ),
                            chart_panel(SIZE, "Replicas", height=196),
                            chart_panel(
                                WAITING, "Waiting requests", unit="a pod, in engines", height=156
                            ),
                            panel(
                                "Scaling events",
                                loading(4),
                                rule=True,
                                flush=True,
                                body_id=EVENTS,
                                menu=True,
                                unit_id="scaling-events-unit",
                                source=html.Span(id="scaling-events-src"),
                            ),
                        ],
                        className="scaling-one",
                    ),
                ],
                className="scaling-room",
            ),
            asked(ASKED, query),
            dcc.Store(id=DATA),
        ],
        className="scaling-page",
    )
