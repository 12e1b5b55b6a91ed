"""The page of inference pools: what they do together, and each of them in a row."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import button, kpi, kpi_row, loading, page_head, panel
from components.panels import asked, chart_panel, time_range

ASKED = "pools-asked"
DATA = "pools-data"
ROWS = "pools-rows"
TTFT, TOKENS = "pools-ttft", "pools-tokens"

TILES = (
    ("pools", "Pools"),
    ("gpus", "GPUs in pools"),
    ("ttft", "TTFT p95"),
    ("tokens", "Generated"),
    ("waiting", "Waiting"),
    ("cost", "Cost"),
)


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head(
                "Pools",
                actions=[
                    time_range(),
                    button(
                        "Create stack",
                        href="/stacks/create",
                        kind="primary n-keep needs-operator",
                        id="pools-create",
                    ),
                ],
            ),
            html.Div(id="pools-strip", role="status", className="live-strip"),
            kpi_row(
                "pools-kpis",
                "Key figures",
                [kpi(f"pools-kpi-{key}", label) for key, label in TILES],
            ),
            panel(
                "Inference pools",
                loading(5),
                source=html.Span(id="pools-src"),
                body_id=ROWS,
                menu=True,
                unit_id="pools-unit",
                rule=True,
                flush=True,
            ),
            html.Div(
                [
                    chart_panel(TTFT, "Time to first token"),
                    chart_panel(TOKENS, "Tokens", unit="per second, of all pools"),
                ],
                className="charts",
            ),
            asked(ASKED, query),
            dcc.Store(id=DATA),
        ],
        className="pools-page",
    )
