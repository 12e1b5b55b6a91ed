"""What is asked of Prometheus: the names that NGF's data planes really have, in one query.

::

    open source   nginx_http_requests_total                       requests, probes and scrapes too
                  nginx_http_connection_count_connections         by outcome: ACTIVE, WAITING ...
    Plus, beside  nginx_http_requests_total{nginx_zone_name=...}  by zone; the total has none
                  nginx_http_response_status_responses_total      by range of status and zone

No edition has a latency of requests or a number by route. A total and its zones are never summed.
Every series of NGF has ``instance_type``; those of other exporters of the same names have not.
Early agents spelt some names otherwise: a metric is a list of names, and what has one has not the
others.
"""

from collections.abc import Mapping, Sequence

REQUESTS = ("nginx_http_requests_total",)
CONNECTIONS = (
    "nginx_http_connection_count_connections",
    "nginx_http_connections_count_connections",
)
RESPONSES = ("nginx_http_response_status_responses_total",)

FIELD = "ngf_console_field"
"""The label that tells the parts of an answer apart."""
PLACE = (
    "gateway",
    "gateway_namespace",
    "gateway_networking_k8s_io_gateway_name",
    "namespace",
    "pod",
)
"""Labels that tell whose a series is, as relabelling gives them: the documented one, then that of
a pod monitor or of a label map."""

_NGF = 'instance_type!=""'
_TOTAL = 'nginx_zone_name=""'
_SERVERS = 'nginx_zone_type="SERVER"'
_STEPS = 60


def equals(labels: Mapping[str, str]) -> list[str]:
    """Matchers for exactly these values, whatever characters are in them.

    >>> equals({"cluster_name": 'a"b'})
    ['cluster_name="a\\\\"b"']
    """
    return [f"{name}={_quoted(value)}" for name, value in labels.items()]


def traffic(scope: Sequence[str], seconds: int) -> str:
    """``rate``, ``connections``, ``responses`` and ``errors`` a second, and ``as_of`` of each place
    over the last ``seconds``; :data:`FIELD` says which is which."""
    return _together(
        {
            "rate": _per_second(REQUESTS, (*scope, _NGF, _TOTAL), seconds),
            "connections": _connections(scope),
            "responses": _per_second(RESPONSES, (*scope, _NGF, _SERVERS), seconds),
            "errors": _per_second(
                RESPONSES, (*scope, _NGF, _SERVERS, 'nginx_status_range="5xx"'), seconds
            ),
            "as_of": _newest((*scope, _NGF, _TOTAL), seconds),
        }
    )


def over_time(scope: Sequence[str], seconds: int) -> str:
    """``rate``, averaged over the last ``seconds``, and ``connections`` of each place."""
    return _together(
        {
            "rate": _per_second(REQUESTS, (*scope, _NGF, _TOTAL), seconds),
            "connections": _connections(scope),
        }
    )


def _connections(scope: Sequence[str]) -> str:
    return _sum(_any(CONNECTIONS, (*scope, _NGF, 'nginx_connections_outcome="ACTIVE"')))


def _per_second(names: Sequence[str], matchers: Sequence[str], seconds: int) -> str:
    rates = (f"rate({_selector(name, matchers)}[{seconds}s])" for name in names)
    return _sum(" or ".join(rates))


def _newest(matchers: Sequence[str], seconds: int) -> str:
    """When the newest sample was scraped, also of what has gone since."""
    step = max(1, seconds // _STEPS)
    stamps = f"timestamp({_any(REQUESTS, matchers)})[{seconds}s:{step}s]"
    return f"max by ({', '.join(PLACE)}) (max_over_time({stamps}))"


def _any(names: Sequence[str], matchers: Sequence[str]) -> str:
    return " or ".join(_selector(name, matchers) for name in names)


def _sum(expression: str) -> str:
    return f"sum by ({', '.join(PLACE)}) ({expression})"


def _selector(name: str, matchers: Sequence[str]) -> str:
    return f"{name}{{{','.join(matchers)}}}"


def _together(parts: Mapping[str, str]) -> str:
    """One answer with all parts, so that they are of one moment and cost one call."""
    return "\nor ".join(
        f'label_replace({part}, "{FIELD}", "{name}", "", "")' for name, part in parts.items()
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
