"""Routes of all five kinds in one form: rules with their matches, filters and backends.

Parsing is total: a route that an API server took has a form here, whatever is in it. What it asks
for is told as written (defaults filled in), not judged; whether it is granted is `attachment`, and
what its backends are worth is `backends`.
"""

from dataclasses import dataclass
from typing import Literal

from services.gatewayapi.model.names import Object, Ref

PathType = Literal["Exact", "PathPrefix", "RegularExpression"]
ValueType = Literal["Exact", "RegularExpression"]


@dataclass(slots=True, unsafe_hash=True)
class ValueMatch:
    """A header or query parameter that a request must have; header names are lower case."""

    name: str
    value: str
    type: ValueType = "Exact"


@dataclass(slots=True, unsafe_hash=True)
class Match:
    """One entry of a rule's ``matches``; all of it must hold. ``index`` counts within the rule.

    A GRPCRoute's method match is in ``grpc_service`` and ``grpc_method`` ("" for any), with their
    type in ``path_type``; ``path`` is then "".
    """

    index: int
    path_type: PathType
    path: str
    method: str
    headers: tuple[ValueMatch, ...]
    query: tuple[ValueMatch, ...]
    grpc_service: str = ""
    grpc_method: str = ""


@dataclass(slots=True, unsafe_hash=True)
class BackendRef:
    """Where a rule sends requests, as written: the namespace is the route's where none is given.

    ``field`` is its path in the route (``spec.rules[0].backendRefs[1]``), ``filtered`` whether it
    has filters of its own.
    """

    kind: str
    group: str
    namespace: str
    name: str
    port: int | None
    weight: int
    field: str
    filtered: bool = False

    @property
    def ref(self) -> Ref:
        """The object it names."""
        return Ref(self.kind, self.namespace, self.name)


@dataclass(slots=True)
class Rule:
    """One rule; ``obj`` is it as written, for its filters, timeouts and the rest.

    ``matches`` is never empty for HTTPRoute and GRPCRoute (a rule without any takes everything)
    and always empty for the others.
    """

    index: int
    name: str
    matches: tuple[Match, ...]
    backends: tuple[BackendRef, ...]
    obj: Object


@dataclass(slots=True)
class Route:
    """A route. ``hostnames`` are lower case, as written; ``created`` is its creation timestamp,
    "" where a manifest has none (which sorts as the newest: see `precedence`)."""

    ref: Ref
    obj: Object
    created: str
    hostnames: tuple[str, ...]
    rules: tuple[Rule, ...]
