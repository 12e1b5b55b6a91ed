"""Which route took a request whose access-log line has no marker: the line is held against the
model of the Gateway API while all of it is at hand, its query too, which is not kept.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

UNMARKED = ("", "-")
"""What a marker is where nobody marked the line."""


MODELLED = "ngf_access_modelled"
"""What the store knows a line by whose route the model tells."""


class Line(NamedTuple):
    """A line of an access log: its cluster, its gateway's namespace and name, when the request was
    over in seconds since 1970, and the fields of NGF's log format as text."""

    cluster: str
    namespace: str
    gateway: str
    at: float
    fields: Mapping[str, str]


class Taken(NamedTuple):
    """The rules (``namespace/route/rule``) that may have taken a line, best first; none where no
    route took it or nobody knows. ``certain``: it was the one, whatever the line does not tell."""

    rules: tuple[str, ...]
    certain: bool


Attribute = Callable[[Line], Taken]


def unknown(_: Line) -> Taken:
    """Nobody has a model."""
    return Taken((), certain=False)


def told(line: Line, attribute: Attribute) -> dict[str, str]:
    """What is kept of the answer, beside the line: ``route_model`` or ``route_candidates``, under a
    name of its own (migration m0008 reads it)."""
    fields = line.fields
    marked = any(fields.get(name, "") not in UNMARKED for name in ("route_var", "route_hdr"))
    if marked or not line.gateway:
        return {}
    rules, certain = attribute(line)
    if not rules:
        return {}
    found = "route_model" if certain else "route_candidates"
    return {"log": MODELLED, found: ",".join(rules)}
