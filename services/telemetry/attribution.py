"""Which route took a request whose access-log line has no marker: the line is held against the
model of the Gateway API while all of it is at hand, its query too, which is not kept.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

UNMARKED = ("", "-")
"""What a marker is where nobody marked the line."""


class Line(NamedTuple):
    """A line of an access log: its cluster, its gateway's namespace and name, when the request was
    over in seconds since 1970, and the fields of NGF's log format as text."""

    cluster: str
    namespace: str
    gateway: str
    at: float
    fields: Mapping[str, str]


Attribute = Callable[[Line], tuple[str, ...]]
"""The rules (``namespace/route/rule``) that may have taken a line, best first: one where nothing
that is not in the line could change the answer, none where no route took it or nobody knows."""


def unknown(_: Line) -> tuple[str, ...]:
    """Nobody has a model."""
    return ()


def told(line: Line, attribute: Attribute) -> dict[str, str]:
    """What is kept of the answer, beside the line: ``route_model`` or ``route_candidates``."""
    fields = line.fields
    marked = any(fields.get(name, "") not in UNMARKED for name in ("route_var", "route_hdr"))
    if marked or not line.gateway:
        return {}
    match attribute(line):
        case ():
            return {}
        case (rule,):
            return {"route_model": rule}
        case rules:
            return {"route_candidates": ",".join(rules)}
