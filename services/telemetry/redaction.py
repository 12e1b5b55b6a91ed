"""What of a log line or a span may be kept.

Prompts and answers of models are nobody's business here, and pickers print them from verbosity 4
on; query strings carry secrets. So a log line keeps the fields that the console uses, by name, and
nothing else; spans, their events and resources keep attributes likewise, and links are dropped.
This runs before anything is written, to the spool, too.
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

SPAN = frozenset(
    {
        "gen_ai.request.id",
        "gen_ai.request.model",
        "gen_ai.request.max_tokens",
        "gen_ai.request.temperature",
        "gen_ai.request.top_p",
        "gen_ai.request.n",
        "gen_ai.response.model",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.completion_tokens",
        "gen_ai.latency.time_to_first_token",
        "gen_ai.latency.time_in_queue",
        "gen_ai.latency.time_in_model_prefill",
        "gen_ai.latency.time_in_model_decode",
        "gen_ai.latency.time_in_model_inference",
        "gen_ai.latency.e2e",
        "target_model",
        "request_prio",
        "llm_d.epp.scheduling.profile.name",
        "llm_d.epp.filter.candidate_endpoints",
        "llm_d.epp.filter.filtered_endpoints",
        "llm_d.epp.scoring.candidate_endpoints",
        "llm_d.epp.scorer.count",
        "llm_d.epp.scorer.type",
        "llm_d.epp.scorer.name",
        "llm_d.epp.scorer.weight",
        "llm_d.epp.scorer.candidate_endpoints",
        "llm_d.epp.scorer.endpoints_scored",
        "llm_d.epp.scorer.score.max",
        "llm_d.epp.scorer.score.avg",
        "llm_d.epp.picker.candidate_endpoints",
        "llm_d.epp.picker.top_endpoints",
        "llm_d.epp.picker.top_scores",
        "error.type",
        "http.method",
        "http.request.method",
        "http.route",
        "http.status_code",
        "http.response.status_code",
    }
)
"""Attributes of a span that are kept."""

EVENT = frozenset({"exception.type", "exception.message"})
"""Attributes of what happened in a span that are kept."""

RESOURCE = frozenset(
    {
        "cluster_name",
        "service.name",
        "k8s.namespace.name",
        "k8s.pod.name",
        "k8s.node.name",
        "ngf.gateway",
        "ngf.inference_pool",
    }
)
"""Attributes of a resource that are kept. Each of its rows has them."""

NAME_LENGTH = 256
"""Characters of such an attribute; a name in Kubernetes has at most 253."""


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
    """Attributes of a span without what is not kept."""
    return {key: value for key, value in attributes.items() if key in SPAN}


def event(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes of what happened in a span without what is not kept."""
    return {key: value[:ERROR_LENGTH] for key, value in attributes.items() if key in EVENT}


def resource(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes of a resource without what is not kept."""
    return {key: value[:NAME_LENGTH] for key, value in attributes.items() if key in RESOURCE}
