"""What all panels share: their values as Parquet. CSV and JSON are written in the browser."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from types import NoneType
from typing import Any

from dash import Input, Output

from callbacks.files import file
from callbacks.registrar import Callbacks
from components import panels
from components.figures.paint import Figure

_CELLS = (NoneType, bool, int, float, str, datetime)


def register(callbacks: Callbacks) -> None:
    """Register the download that a panel's menu asks for."""

    @callbacks.on(
        Output(panels.DOWNLOAD, "data"), Input(panels.EXPORT, "data"), prevent_initial_call=True
    )
    def download(asked: dict[str, Any]) -> Any:
        return file(callbacks.container, asked["name"], "parquet", asked)


def shown(figure: Figure, answer: Any, **more: Any) -> dict[str, Any]:
    """What a panel shows of an `services.telemetry.answers.Answer`; ``more`` is as of `told`."""
    more = {"window": answer.window, "reason": answer.reason, **more}
    return panels.told(figure, answer.source, answer.as_of, **more)


def plain(record: Any) -> dict[str, Any]:
    """The fields of a record that stand in a cell."""
    named = {one.name: getattr(record, one.name) for one in fields(record)}
    return {name: value for name, value in named.items() if isinstance(value, _CELLS)}


def values(answer: Any, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The rows of a table with what the `services.telemetry.answers.Answer` rests on."""
    return panels.values(
        rows, answer.source, answer.as_of, window=answer.window, reason=answer.reason
    )
