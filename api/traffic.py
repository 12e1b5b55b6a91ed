"""REST of traffic: rate, errors, duration and connections, each number with its source."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.guard import current_identity
from api.lists import PAGE_SIZE_MAX
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.telemetry.windows import RULE, Window
from services.traffic import figures
from services.traffic.figures import Figures, Part, Parts


class TrafficParams(BaseModel):
    """Of when."""

    range: str = Field("1h", description=f"It {RULE}")


class TrafficListParams(TrafficParams):
    """Of when, and which part of the list."""

    page: int = Field(1, ge=1, le=1_000_000, description="From 1")
    page_size: int = Field(
        PAGE_SIZE_MAX, alias="pageSize", ge=1, le=PAGE_SIZE_MAX, description="Rows a page"
    )

    def of(self, parts: list[Part]) -> list[Part]:
        """The page."""
        return parts[(self.page - 1) * self.page_size :][: self.page_size]


class Sourced(BaseModel):
    """Where numbers come from and why some are null, by field or by source."""

    sources: dict[str, str] = Field(description="access logs or Prometheus, by field")
    reasons: dict[str, str] = Field(description="Why a field is null, or a source says nothing")


class TrafficSummary(Sourced):
    """A cluster in a window. Errors are answers of 5xx, and of gRPC what means the same."""

    totalRequests: float | None
    errorRate: float | None = Field(description="0 to 1")
    avgLatencyMs: float | None
    p50LatencyMs: float | None
    p95LatencyMs: float | None
    p99LatencyMs: float | None
    requestsPerSec: float | None
    activeConnections: float | None = Field(description="At the end of the window")
    as_of: Time | None = Field(description="Until when all that is told is known, UTC")
    window: dict[str, str]


class RouteTraffic(Sourced):
    """A route; both names are "" for requests whose route no marker names."""

    namespace: str
    name: str
    hostname: str | None = Field(description="Of the route as it is now")
    totalRequests: float | None
    requestsPerSec: float | None
    errorRate: float | None
    avgLatencyMs: float | None
    p50LatencyMs: float | None
    p95LatencyMs: float | None
    p99LatencyMs: float | None


class GatewayTraffic(Sourced):
    """A gateway."""

    namespace: str
    name: str
    totalRequests: float | None
    requestsPerSec: float | None
    errorRate: float | None
    avgLatencyMs: float | None
    p50LatencyMs: float | None
    p95LatencyMs: float | None
    p99LatencyMs: float | None
    activeConnections: float | None


class TrafficList(BaseModel):
    """What all lists of traffic say beside the items of a page."""

    model_config = ConfigDict(extra="forbid")

    total: int = Field(description="Items of all pages")
    reasons: dict[str, str] = Field(description="Why a source says nothing, or not all")
    as_of: Time | None
    window: dict[str, str]


class RouteTrafficList(TrafficList):
    """Routes, most requests first."""

    items: list[RouteTraffic]


class GatewayTrafficList(TrafficList):
    """Gateways, most requests first."""

    items: list[GatewayTraffic]


class TrafficPoint(BaseModel):
    """A bucket of time from ``at`` on; null is not known."""

    at: Time
    requestsPerSec: float | None
    errorRate: float | None
    p50LatencyMs: float | None
    p95LatencyMs: float | None
    p99LatencyMs: float | None
    activeConnections: float | None = Field(description="At the end of the bucket")


class TrafficOverTime(BaseModel):
    """Buckets of ``step`` seconds, oldest first."""

    step: int
    items: list[TrafficPoint]
    sources: dict[str, list[str]] = Field(description="Those of each field")
    reasons: dict[str, str] = Field(description="Why a source says nothing")
    as_of: Time | None
    window: dict[str, str]


_OF_ROUTES = tuple(name for name in figures.FIELDS if name != figures.CONNECTIONS)
_OVER_TIME = (
    figures.RATE,
    figures.ERRORS,
    figures.P50,
    figures.P95,
    figures.P99,
    figures.CONNECTIONS,
)


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/metrics/...`` of the REST API."""
    fleet, traffic = container.fleet, container.traffic

    def summarize_traffic(path: Tree, query: TrafficParams) -> Response:
        """The cluster as a whole."""
        window = Window.parse(query.range)
        found = traffic.summary(current_identity(), cluster_of(path, fleet), window)
        told = {"as_of": _oldest(found.as_of.values()), "window": _window(window)}
        return answer({**_figures(found, figures.FIELDS), **told})

    def list_gateway_traffic(path: Tree, query: TrafficListParams) -> Response:
        """By gateway: those that a log line or a series names."""
        window = Window.parse(query.range)
        found = traffic.by_gateway(current_identity(), cluster_of(path, fleet), window)
        items = [_part(one, figures.FIELDS) for one in query.of(found.items)]
        return answer(_list(found, window, items))

    def list_route_traffic(path: Tree, query: TrafficListParams) -> Response:
        """By route, as far as markers in the access log name them."""
        window = Window.parse(query.range)
        cluster = cluster_of(path, fleet)
        found = traffic.by_route(current_identity(), cluster, window)
        routes = fleet.get(cluster).snapshot("httproutes").objects
        items = [
            {**_part(one, _OF_ROUTES), "hostname": _hostname(routes.get((one.namespace, one.name)))}
            for one in query.of(found.items)
        ]
        return answer(_list(found, window, items))

    def list_traffic_over_time(path: Tree, query: TrafficParams) -> Response:
        """The cluster by buckets of time."""
        window = Window.parse(query.range)
        found = traffic.over_time(current_identity(), cluster_of(path, fleet), window)
        points = found.points.items()
        body = {
            "step": found.step,
            "items": [
                {"at": at.isoformat(), **{name: one.values.get(name) for name in _OVER_TIME}}
                for at, one in points
            ],
            "sources": {
                name: sorted({one.sources[name] for _, one in points if name in one.sources})
                for name in _OVER_TIME
            },
            "reasons": found.reasons,
            "as_of": _oldest(found.as_of.values()),
            "window": _window(window),
        }
        return answer(body)

    in_both_trees(
        server,
        "traffic",
        [
            ("get", "/metrics/summary", summarize_traffic, {"responses": {"200": TrafficSummary}}),
            (
                "get",
                "/metrics/by-gateway",
                list_gateway_traffic,
                {"responses": {"200": GatewayTrafficList}},
            ),
            (
                "get",
                "/metrics/by-route",
                list_route_traffic,
                {"responses": {"200": RouteTrafficList}},
            ),
            (
                "get",
                "/metrics/over-time",
                list_traffic_over_time,
                {"responses": {"200": TrafficOverTime}},
            ),
        ],
    )


def _figures(found: Figures, fields: Iterable[str]) -> dict[str, Any]:
    wanted = tuple(fields)
    return {
        **{name: found.values.get(name) for name in wanted},
        "sources": {name: text for name, text in found.sources.items() if name in wanted},
        "reasons": {name: text for name, text in found.reasons.items() if name in wanted},
    }


def _part(one: Part, fields: Iterable[str]) -> dict[str, Any]:
    return {"namespace": one.namespace, "name": one.name, **_figures(one.figures, fields)}


def _list(found: Parts, window: Window, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "items": items,
        "total": len(found.items),
        "reasons": found.reasons,
        "as_of": _oldest(found.as_of.values()),
        "window": _window(window),
    }


def _hostname(route: Any) -> str | None:
    """The hostnames of a route that is there; None of one that has gone, * where it has none."""
    if route is None:
        return None
    return ", ".join((route.get("spec") or {}).get("hostnames") or ()) or "*"


def _oldest(times: Iterable[datetime]) -> str | None:
    oldest = min(times, default=None)
    return oldest.isoformat() if oldest else None


def _window(window: Window) -> dict[str, str]:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}
