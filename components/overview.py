"""The overview page. Its numbers and lists are one store, drawn by ``assets/js/overview.js``: a
push changes the words that differ and mounts nothing anew."""

from dash import dcc, html

from components.page import kpi, loading, no_data, page_head, panel

DATA = "overview-data"
TICK = "overview-tick"

TILES = (
    ("clusters", "Clusters", "/clusters", "watch"),
    ("gateways", "Gateways", "/gateways", "watch"),
    ("httproutes", "HTTP routes", "/httproutes", "watch"),
    ("certificates", "Certificates", "", "watch"),
    ("requests", "Requests", "", "logs"),
    ("failures", "5xx responses", "", "logs"),
)
"""Key, label, the page behind the label, and where the number comes from."""


def layout() -> html.Div:
    """Every panel stands from the first paint at its final place."""
    return html.Div(
        [
            page_head("Overview"),
            html.Div(id="overview-strip", role="status", className="live-strip"),
            html.Div([_tile(*tile) for tile in TILES], className="kpis"),
            html.Div(
                [
                    html.Div(
                        [
                            panel(
                                "Clusters",
                                loading(3),
                                body_id="overview-clusters",
                                unit_id="overview-clusters-n",
                                source=html.A("All clusters", href="/clusters", className="n-keep"),
                                rule=True,
                                flush=True,
                            ),
                            panel(
                                "Requests",
                                no_data(
                                    "Telemetry is not connected",
                                    "Rates, failures and latency come from access logs, which do "
                                    "not reach this console. Objects and their status are live.",
                                ),
                                unit="per second, by cluster",
                                source="Access logs, not connected",
                            ),
                        ],
                        className="stack",
                    ),
                    html.Div(
                        [
                            panel(
                                "Needs attention",
                                loading(4),
                                body_id="overview-attention",
                                unit_id="overview-attention-n",
                                rule=True,
                                flush=True,
                                foot=[
                                    html.Span("All with problems:"),
                                    html.A(
                                        "gateways",
                                        href="/gateways?status=err,warn",
                                        className="n-keep",
                                    ),
                                    html.A(
                                        "HTTP routes",
                                        href="/httproutes?status=err,warn",
                                        className="n-keep",
                                    ),
                                ],
                            ),
                            panel(
                                "Recent changes",
                                loading(3),
                                body_id="overview-changes",
                                source=html.A("Audit log", href="/audit", className="n-keep"),
                                rule=True,
                                flush=True,
                            ),
                        ],
                        className="stack",
                    ),
                ],
                className="cols overview-cols",
            ),
            dcc.Store(id=DATA),
            dcc.Store(id=TICK, data=0),
        ]
    )


def _tile(key: str, label: str, href: str, source: str) -> html.Div:
    name = html.A(label, href=href, className="n-keep plain") if href else label
    return kpi(f"overview-{key}", name, source)
