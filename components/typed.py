"""What people type into an input, as the value of a field, or the sentence that says why not."""

from typing import Any


class NotAccepted(ValueError):
    """What was typed is no value of the field; the message is the sentence under the input."""


def shown(value: Any) -> str:
    """A value as an input of text shows it; nothing for one that is no text, number or truth."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def whole(typed: Any, noun: str, low: int, high: int) -> int | None:
    """A whole number, None where nothing is typed. Raises NotAccepted for any other text."""
    text = shown(typed).strip()
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise NotAccepted(f"{noun} must be a whole number between {low} and {high}.")
    if len(digits) > 10 or not low <= int(text) <= high:
        raise NotAccepted(f"{noun} must be between {low} and {high}.")
    return int(text)


def port(typed: Any) -> int | None:
    """A port of Gateway API v1, PortNumber. Raises NotAccepted."""
    return whole(typed, "Port", 1, 65535)


def path(typed: Any, kind: str) -> str:
    """The path of a match; all but regular expressions begin with a slash. Raises NotAccepted."""
    text = shown(typed).strip()
    if kind != "RegularExpression" and not text.startswith("/"):
        raise NotAccepted("Path must begin with /.")
    return text
