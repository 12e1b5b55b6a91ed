"""What an OpenAI-compatible server streams, piece by piece: text, the end, the tokens it counted,
or an error of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_TEXTS = ("content", "reasoning_content", "reasoning", "text")
"""Where the text of a piece is: answers of chat, thinking of vLLM and others, plain completions."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One event of the stream. ``usage`` are the tokens of prompt and answer by the server."""

    text: bool = False
    finished: bool = False
    usage: tuple[int | None, int | None] | None = None
    error: tuple[str, str] | None = None


NOTHING = Piece()
DONE = Piece(finished=True)


def piece(line: bytes) -> Piece:
    """The event on a line of the stream; comments and other fields say nothing.

    Raises ValueError for a line of data that is no object.
    """
    field, _, data = line.strip().partition(b":")
    if field != b"data":
        return NOTHING
    data = data.strip()
    if data == b"[DONE]":
        return DONE
    event = orjson.loads(data)
    if not isinstance(event, dict):
        raise ValueError("an event is no object")
    if "error" in event:
        return Piece(error=complaint(event, "stream"))
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choice, dict):
        raise ValueError("a choice is no object")
    return Piece(
        text=_has_text(choice),
        finished=bool(choice.get("finish_reason")),
        usage=_usage(event.get("usage")),
    )


def complaint(body: Any, otherwise: str) -> tuple[str, str]:
    """Code and sentence of an error as servers write it; ``otherwise`` is the code without one."""
    if not isinstance(body, dict):
        return otherwise, ""
    told = body.get("error", body)
    if isinstance(told, str):
        return otherwise, told
    if not isinstance(told, dict):
        return otherwise, ""
    said = told.get("message") or told.get("detail") or ""
    return str(told.get("code") or otherwise), said if isinstance(said, str) else ""


def _has_text(choice: Mapping[str, Any]) -> bool:
    delta = choice.get("delta")
    places = (delta, choice) if isinstance(delta, dict) else (choice,)
    return any(isinstance(place.get(key), str) and place[key] for place in places for key in _TEXTS)


def _usage(told: Any) -> tuple[int | None, int | None] | None:
    if not isinstance(told, dict):
        return None
    found = (told.get("prompt_tokens"), told.get("completion_tokens"))
    prompt, answer = (one if isinstance(one, int) and one >= 0 else None for one in found)
    return None if prompt is None and answer is None else (prompt, answer)
