"""Header and query lists as one line of text: ``x-canary: true; x-team ~ red|blue``.

A colon compares or sets exactly, a tilde matches a regular expression. Values with a semicolon
cannot be written this way; `showable` says so and the form leaves those to the YAML.
"""

from collections.abc import Sequence
from typing import Any

from components.field_paths import only
from components.typed import NotAccepted, shown

Pair = dict[str, Any]


def format_pairs(pairs: Any) -> str:
    """The line for a list of ``{name, value, type}``; empty for anything else."""
    if not pairs or not only(pairs, dict):
        return ""
    return "; ".join(
        f"{shown(pair.get('name'))}"
        f"{' ~' if pair.get('type') == 'RegularExpression' else ':'} {shown(pair.get('value'))}"
        for pair in pairs
    )


def parse_pairs(line: Any, noun: str = "header") -> list[Pair]:
    """The list for a line. Raises NotAccepted where a part is no ``noun`` with a value."""
    pairs = []
    for part in str(line or "").split(";"):
        if not part.strip():
            continue
        colon, tilde = part.find(":"), part.find("~")
        regular = tilde >= 0 and (colon < 0 or tilde < colon)
        name, separator, value = part.partition("~" if regular else ":")
        if not separator or not name.strip():
            raise NotAccepted(f"Write {noun}: value.")
        pair = {"name": name.strip(), "value": value.strip()}
        pairs.append(pair | {"type": "RegularExpression"} if regular else pair)
    return pairs


def showable(pairs: Any) -> bool:
    """Whether the line says all there is: reading it back gives the same list."""
    if not pairs or not only(pairs, dict):
        return only(pairs, dict)
    told = [(pair.get("name"), pair.get("value"), pair.get("type") or "Exact") for pair in pairs]
    try:
        read = parse_pairs(format_pairs(pairs))
    except NotAccepted:
        return False
    return told == [(pair["name"], pair["value"], pair.get("type") or "Exact") for pair in read]


def merged_pairs(before: Sequence[Pair], wanted: Sequence[Pair]) -> list[Pair]:
    """``wanted``, each entry keeping what an entry of the same name had beside it."""
    known = {str(pair.get("name", "")).lower(): pair for pair in before}
    merged = []
    for pair in wanted:
        old = dict(known.get(pair["name"].lower(), {}))
        if "type" in pair or old.get("type") == "RegularExpression":
            old.pop("type", None)
        merged.append(old | pair)
    return merged
