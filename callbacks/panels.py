"""What all panels share: a chart as Parquet. CSV and JSON are written in the browser."""

from typing import Any

from dash import Input, Output, dcc

from callbacks.registrar import Callbacks
from components import panels
from components.figures.paint import Figure
from services.parquet import parquet


def register(callbacks: Callbacks) -> None:
    """Register the download that a panel's menu asks for."""

    @callbacks.on(
        Output(panels.DOWNLOAD, "data"), Input(panels.EXPORT, "data"), prevent_initial_call=True
    )
    def download(asked: dict[str, Any]) -> Any:
        made = parquet(asked["columns"], asked["rows"])
        return dcc.send_bytes(made, f"{asked['name']}.parquet")


def shown(figure: Figure, answer: Any, **more: Any) -> dict[str, Any]:
    """What a panel shows of an `services.telemetry.answers.Answer`."""
    return panels.told(figure, answer.source, answer.as_of, reason=answer.reason, **more)
