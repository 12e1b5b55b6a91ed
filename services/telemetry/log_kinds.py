"""The kinds of lines that can be explored: access logs, spans, log lines of endpoint pickers.

A kind is a file of ``queries/``, one row a line with its ``timestamp`` and a ``key`` that tells it
from others of that millisecond, and what its lines can be asked by. Whatever is asked of lines is
asked around that file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.telemetry.scope import OWN, OWN_OR_ROUTES


@dataclass(frozen=True, slots=True)
class Kind:
    """What sets a kind apart. Conditions of ``filters``, by the name of what is asked, have
    ``$values`` for the texts that are wanted; ``text`` and ``request_id`` have a parameter of that
    name, and ``like`` for the text within others.

    ``query`` is the file, ``minutes`` one that has lines counted by the minute, if any; ``one`` is
    a line in words. A histogram shows every value of the column ``status``, of which a filter may
    name ``statuses`` (``status_rule`` in words). ``took`` is the column of milliseconds, if any.
    ``within`` is the condition for who may see some namespaces only. The most frequent values can
    be asked of ``fields``, by their expression; people choose by those of ``facets``. ``exported``
    replaces columns for which files have no type. ``finer`` is the column of what is left of the
    time below the millisecond, if any.
    """

    query: str
    source: str
    one: str
    status: str
    statuses: re.Pattern[str]
    status_rule: str
    filters: Mapping[str, str]
    text: str
    request_id: str
    within: str
    fields: Mapping[str, str]
    facets: tuple[str, ...]
    took: str = ""
    minutes: str = ""
    exported: str = ""
    finer: str = ""

    @property
    def order(self) -> str:
        """What the newest first is in the engine's words."""
        return ", ".join(f"{column} DESC" for column in ("timestamp", self.finer) if column)


def _columns(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _among(**columns: str) -> dict[str, str]:
    return {name: f"{column} IN $values" for name, column in columns.items()}


ACCESS = Kind(
    query="log_access",
    source="access logs",
    one="line",
    status="status_class",
    statuses=re.compile(r"[1-5]xx|[1-9]\d\d"),
    status_rule="must be a code such as 502 or a class such as 5xx",
    filters={
        "status": "(status_class IN $values OR status IN arrayMap(x -> toUInt16OrZero(x), $values))"
    }
    | _among(method="method", host="host", path="path", route="route", pod="pod_name")
    | _among(upstream="upstream_name", upstream_addr="upstream_addr", client="client_ip")
    | _among(user_agent="user_agent", gateway="concat(namespace, '/', gateway)")
    | _among(trace_id="trace_id"),
    text=(
        "(path ILIKE {like:String} OR host ILIKE {like:String} OR user_agent ILIKE {like:String}"
        " OR request_id = {text:String} OR x_request_id = {text:String})"
    ),
    request_id="(request_id = {request_id:String} OR x_request_id = {request_id:String})",
    within=OWN_OR_ROUTES,
    fields=_columns("status", "status_class", "method", "host", "path", "route")
    | {"gateway": "concat(namespace, '/', gateway)"}
    | _columns("namespace", "upstream_name", "upstream_addr", "client_ip", "user_agent")
    | _columns("cluster_name"),
    facets=(
        "status",
        "method",
        "host",
        "path",
        "route",
        "upstream_name",
        "upstream_addr",
        "cluster_name",
    ),
    took="latency_ms",
    minutes="log_minutes",
)

SPANS = Kind(
    query="log_spans",
    source="spans",
    one="span",
    status="status",
    statuses=re.compile(r"ok|error"),
    status_rule="must be ok or error",
    filters=_among(status="status", service="service", name="name", pool="pool", pod="pod_name")
    | _among(trace_id="trace_id"),
    text=(
        "(name ILIKE {like:String} OR service ILIKE {like:String} OR status_message ILIKE"
        " {like:String} OR pod_name ILIKE {like:String} OR trace_id = {text:String}"
        " OR request_id = {text:String})"
    ),
    request_id="request_id = {request_id:String}",
    within=OWN,
    fields=_columns("service", "name", "kind", "status", "pool", "pod_name", "namespace")
    | _columns("cluster_name"),
    facets=("service", "name", "status", "pool", "pod_name", "cluster_name"),
    took="duration_ms",
    finer="nanoseconds",
    exported=(
        "REPLACE (toJSONString(attributes) AS attributes, toJSONString(resource) AS resource,"
        " toJSONString(events) AS events)"
    ),
)

PICKER = Kind(
    query="log_picker",
    source="picker log",
    one="log line of a picker",
    status="outcome",
    statuses=re.compile(r"handled|refused|dropped|-?"),
    status_rule="must be handled, refused or dropped, or empty for none",
    filters=_among(status="outcome", pool="pool", message="message", picker="picker")
    | _among(endpoint="endpoint"),
    text=(
        "(message ILIKE {like:String} OR error ILIKE {like:String} OR endpoint ILIKE {like:String}"
        " OR request_id = {text:String})"
    ),
    request_id="request_id = {request_id:String}",
    within=OWN,
    fields=_columns("pool", "message", "outcome", "picker", "endpoint", "namespace")
    | _columns("cluster_name"),
    facets=("pool", "message", "outcome", "picker", "endpoint", "cluster_name"),
    exported="REPLACE (toJSONString(fields) AS fields)",
    finer="microseconds",
)
