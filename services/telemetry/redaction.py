"""What of a log line or a span may be kept.

Prompts and answers of models are nobody's business here, and pickers print them from verbosity 4
on; query strings carry secrets. So a log line keeps the fields that the console uses, by name, and
nothing else; a span loses what holds content. This runs before anything is written, to the spool,
too.
"""

from collections.abc import Mapping

ACCESS = frozenset(
    {
        "log",
        "ts",
        "msec",
        "request_id",
        "x_request_id",
        "remote_addr",
        "host",
        "server",
        "port",
        "scheme",
        "proto",
        "method",
        "path",
        "status",
        "body_bytes_sent",
        "bytes_sent",
        "req_len",
        "rt",
        "proxy_host",
        "uaddr",
        "ustatus",
        "uct",
        "uht",
        "urt",
        "route_hdr",
        "route_var",
        "grpc_trailer",
        "grpc_header",
        "completion",
        "ua",
        "trace_id",
        "tls_version",
        "tls_cipher",
        "waf_action",
        "waf_violation_rating",
        "waf_signatures",
        "bot_classification",
        "xc_edge_latency_ms",
    }
)
"""Fields of an access-log line that are kept; ``request_uri`` has the query and is not."""

PICKER = frozenset(
    {
        "ngf.log",
        "level",
        "ts",
        "msg",
        "caller",
        "logger",
        "x-request-id",
        "objectiveKey",
        "incomingModelName",
        "targetModel",
        "targetModelName",
        "priority",
        "fairnessID",
        "endpoint",
        "plugin",
        "score",
        "outcome",
        "error",
        "remainingEndpoints",
        "endpointsBefore",
        "modelName",
        "profile",
        "filter",
        "endpoints",
        "max-num-of-endpoints",
        "num-of-candidates",
        "endpoints-weighted-score",
    }
)
"""Fields of a picker's log line that are kept; ``request`` holds the body of a refused one."""

ERROR_LENGTH = 300
"""Characters of an error that are kept: what follows may quote the body."""

_CONTENT = (
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.input",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool",
    "llm.prompts",
    "llm.completions",
    "http.request.header",
    "http.response.header",
    "http.request.body",
    "http.response.body",
    "url.query",
)
_WITH_QUERY = frozenset({"http.target", "http.url", "url.full"})


def access(fields: Mapping[str, str]) -> dict[str, str]:
    """An access-log line without what is not kept."""
    return {key: value for key, value in fields.items() if key in ACCESS}


def picker(fields: Mapping[str, str]) -> dict[str, str]:
    """A picker's log line without what is not kept."""
    kept = {key: value for key, value in fields.items() if key in PICKER}
    if "error" in kept:
        kept["error"] = kept["error"][:ERROR_LENGTH]
    return kept


def span(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes of a span, or of its events, without content and query strings."""
    return {
        key: value.partition("?")[0] if key in _WITH_QUERY else value
        for key, value in attributes.items()
        if not key.startswith(_CONTENT)
    }
