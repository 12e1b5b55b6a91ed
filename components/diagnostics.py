"""The page of diagnostics: what slowness goes along with, the slowest requests, and a benchmark
with its progress and result. ``assets/js/pages/diagnostics.js`` draws what is told."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.cluster_settings import field
from components.page import button, kpi, loading, menu_of, page_head, panel
from components.panels import asked, chart_panel, time_range

ASKED = "diagnostics-asked"
SLOW = "diagnostics-slow-told"
RUN_ASKED = "benchmark-asked"
RUN = "benchmark-told"
FAULTS = "benchmark-faults"
FACTORS_TOLD, REQUESTS = "diagnostics-factors", "diagnostics-slow"
WHOLE, ERRORS, RUNS = "benchmark-whole", "benchmark-errors", "benchmark-runs"

FACTORS = {
    "queue_depth": ("Waiting requests", ""),
    "kv_cache": ("KV cache in use", "%"),
    "gpu_util": ("GPU utilization", "%"),
    "input_length": ("Prompt tokens", ""),
}
"""What slowness may go along with, and the unit of its values."""

TILES = (
    ("ttft", "First token, p95"),
    ("gap", "Between tokens, p95"),
    ("tokens", "Tokens"),
    ("rate", "Answers"),
    ("success", "Succeeded"),
)
NUMBERS = (
    ("users", "Users at once", "10", "at most 64"),
    ("seconds", "Seconds", "30", "at most 600"),
    ("prompt", "Prompt tokens", "128", "at most 32,768"),
    ("answer", "Answer tokens", "128", "at most 4,096"),
)
TEXTS = ("endpoint", "model", "pool", "key")
INPUTS = ("cluster", *TEXTS, *(key for key, _, _, _ in NUMBERS))
"""Everything that is typed, by what stands after ``benchmark-`` in its id."""


def layout(query: Mapping[str, str]) -> html.Div:
    """Everything stands from the first paint; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head("Diagnostics", actions=[time_range()]),
            html.Div(id="diagnostics-chips", className="filters chips"),
            html.Div(
                [
                    panel(
                        "What slowness goes along with",
                        loading(4),
                        unit=html.Span(id="diagnostics-factors-unit"),
                        source=html.Span(id="diagnostics-factors-src"),
                        body_id=FACTORS_TOLD,
                        menu=True,
                        rule=True,
                        flush=True,
                    ),
                    chart_panel(
                        "diagnostics-steps",
                        "Time to first token",
                    ),
                ],
                className="charts",
            ),
            panel(
                "Slowest requests",
                loading(6),
                unit="by time to first token, with their pod as it was just before",
                source=html.Span(id="diagnostics-slow-src"),
                body_id=REQUESTS,
                menu=True,
                rule=True,
                flush=True,
            ),
            html.Div(
                [
                    panel(
                        "Benchmark",
                        _form(),
                        unit="real load on an endpoint you name",
                        rule=True,
                        classes="benchmark-form",
                    ),
                    html.Div(_run(), className="stack"),
                ],
                className="cols benchmark",
            ),
            asked(ASKED, query),
            dcc.Store(id=RUN_ASKED, data={"run": query.get("run", "")}),
            *(dcc.Store(id=store) for store in (SLOW, RUN, FAULTS)),
        ],
        className="diagnostics-page",
    )


def _form() -> list[Any]:
    return [
        html.P(
            "Benchmarks are started by operators and admins. Here is what they have measured.",
            className="t2 viewers-only",
        ),
        html.Div(
            [
                field(
                    "benchmark-endpoint",
                    "Endpoint",
                    dbc.Input(
                        id="benchmark-endpoint",
                        type="url",
                        autocomplete="off",
                        placeholder="https://llm.example/v1",
                        className="mono",
                    ),
                    "Base URL of an OpenAI-compatible API, or the URL of its completions.",
                ),
                html.Div(
                    [
                        field("benchmark-model", "Model", _text("model", "llama-3-8b")),
                        field("benchmark-pool", "Pool", _text("pool", "llm/llama")),
                    ],
                    className="fgrid",
                ),
                html.Div(
                    [
                        field(
                            "benchmark-cluster",
                            "Cluster",
                            dbc.Select(id="benchmark-cluster", options=[]),
                        ),
                        field(
                            "benchmark-key",
                            "API key",
                            dbc.Input(
                                id="benchmark-key",
                                type="password",
                                autocomplete="new-password",
                                placeholder="none",
                            ),
                        ),
                    ],
                    className="fgrid",
                ),
                html.Div(
                    [
                        field(f"benchmark-{key}", label, _number(key, usual), hint)
                        for key, label, usual, hint in NUMBERS
                    ],
                    className="fgrid",
                ),
                html.Div(
                    [
                        button("Start benchmark", id="benchmark-start", kind="primary"),
                        button("Cancel", id="benchmark-cancel", kind="outline-danger", hidden=True),
                    ],
                    className="row-f",
                ),
                html.P(
                    "The load is real: whoever uses the endpoint feels it. The key is sent there"
                    " and kept nowhere.",
                    className="hint",
                ),
            ],
            className="fs needs-operator",
        ),
    ]


def _text(key: str, example: str) -> dbc.Input:
    return dbc.Input(id=f"benchmark-{key}", maxlength=253, autocomplete="off", placeholder=example)


def _number(key: str, usual: str) -> dbc.Input:
    return dbc.Input(id=f"benchmark-{key}", inputmode="numeric", autocomplete="off", value=usual)


def _run() -> list[Any]:
    return [
        html.Section(
            [
                html.Header(
                    [
                        html.H2("Run"),
                        html.Span(id="benchmark-state", role="status"),
                        html.Span(id="benchmark-when", className="src"),
                        menu_of(WHOLE, "Benchmark run"),
                    ],
                    className="rule",
                ),
                html.Div(id="benchmark-bar", className="bar-room"),
                html.Div(
                    [kpi(f"benchmark-{key}", label) for key, label in TILES],
                    className="kpis flat",
                ),
                html.Footer(html.Span(id="benchmark-said", className="t2")),
            ],
            className="panel",
        ),
        html.Div(
            [
                chart_panel("benchmark-throughput", "Tokens", unit="per second, of all users"),
                chart_panel("benchmark-first", "Time to first token", unit="ms, mean by second"),
            ],
            className="charts",
        ),
        html.Div(
            [
                panel(
                    "Errors",
                    loading(2),
                    source="this benchmark",
                    body_id=ERRORS,
                    menu=True,
                    rule=True,
                    flush=True,
                ),
                panel(
                    "Benchmarks before",
                    loading(2),
                    unit="of this replica",
                    source="this console",
                    body_id=RUNS,
                    menu=True,
                    rule=True,
                    flush=True,
                ),
            ],
            className="charts",
        ),
    ]
