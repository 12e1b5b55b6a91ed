"""What can be exported: the kinds of rows, and by which of their columns they can be chosen.

A filter compares text; values are bound by the engine. Pools and gateways are named by their name,
or by namespace and name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Dataset:
    """``query`` is a file of ``queries/``, ``time`` its column of time, ``order`` that in which the
    rows are kept, ``filters`` the conditions by the name of what is asked. Rows ``by_route`` belong
    to the namespace of their route, too."""

    query: str
    source: str
    time: str
    order: tuple[str, ...]
    filters: Mapping[str, str]
    by_route: bool = False


def _equal(**columns: str) -> dict[str, str]:
    return {name: f"{column} = {{{name}:String}}" for name, column in columns.items()}


def _named(filter_: str, column: str) -> dict[str, str]:
    value = f"{{{filter_}:String}}"
    return {filter_: f"({column} = {value} OR concat(namespace, '/', {column}) = {value})"}


_EITHER_ID = {"request_id": "{request_id:String} IN (request_id, x_request_id)"}
_STATUS = {"status": "{status:String} IN (toString(status), toString(status_class))"}

DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        "access-logs": Dataset(
            "export_access_logs",
            "access logs",
            "timestamp",
            ("cluster_name", "timestamp"),
            _named("gateway", "gateway")
            | _equal(route="route", host="host", method="method", pod="pod_name")
            | _equal(upstream="upstream_name", trace_id="trace_id")
            | _EITHER_ID
            | _STATUS,
            by_route=True,
        ),
        "inference-logs": Dataset(
            "export_inference_logs",
            "engine spans",
            "timestamp",
            ("cluster_name", "inference_pool", "timestamp"),
            _named("pool", "inference_pool")
            | _equal(model="model_name", pod="pod_name", source="source")
            | _equal(request_id="request_id", trace_id="trace_id"),
        ),
        "decisions": Dataset(
            "export_decisions",
            "picker spans and log",
            "timestamp",
            ("cluster_name", "timestamp"),
            _named("pool", "pool_name")
            | _equal(picker="picker", pod="selected_pod", outcome="outcome")
            | _equal(request_id="request_id", trace_id="trace_id"),
        ),
        "pod-metrics": Dataset(
            "export_pod_metrics",
            "metrics of engines and devices",
            "timestamp",
            ("cluster_name", "pool_name", "pod_name", "timestamp"),
            _named("pool", "pool_name")
            | _equal(pod="pod_name", node="node_name", model="model_name", source="source"),
        ),
        "metrics-1m": Dataset(
            "export_metrics_1m",
            "access logs",
            "window_start",
            ("cluster_name", "window_start"),
            _named("gateway", "gateway") | _equal(route="route", status="status_class"),
            by_route=True,
        ),
        "inference-metrics-1m": Dataset(
            "export_inference_metrics_1m",
            "engine spans",
            "window_start",
            ("cluster_name", "window_start"),
            _named("pool", "pool_name") | _equal(model="model_name"),
        ),
        "scaling-events": Dataset(
            "export_scaling_events",
            "autoscalers and their events",
            "timestamp",
            ("cluster_name", "timestamp"),
            _named("pool", "pool_name")
            | _equal(target="target_name", kind="kind", source="source"),
        ),
    }
)

FILTERS = tuple(dict.fromkeys(name for one in DATASETS.values() for name in one.filters))
"""All filters there are."""
