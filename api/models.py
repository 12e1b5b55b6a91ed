"""Read models of Gateway API objects in REST: the object's own fields, flat, nothing dropped."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Object = Mapping[str, Any]


def gateway(obj: Object) -> dict[str, Any]:
    """A Gateway."""
    spec = obj["spec"]
    return {
        **_common(obj),
        "gatewayClassName": spec.get("gatewayClassName"),
        **{name: value for name, value in spec.items() if name != "gatewayClassName"},
        "status": obj.get("status"),
    }


def http_route(obj: Object) -> dict[str, Any]:
    """An HTTPRoute with every field of its rules."""
    spec = obj["spec"]
    return {
        **_common(obj),
        "parentRefs": spec.get("parentRefs") or [],
        "hostnames": spec.get("hostnames") or [],
        "rules": spec.get("rules") or [],
        **{k: v for k, v in spec.items() if k not in ("parentRefs", "hostnames", "rules")},
        "status": obj.get("status"),
    }


def gateway_class(obj: Object) -> dict[str, Any]:
    """A GatewayClass."""
    return {**_common(obj), **obj["spec"], "status": obj.get("status")}


def _common(obj: Object) -> dict[str, Any]:
    metadata = obj["metadata"]
    return {
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "labels": metadata.get("labels") or {},
        "annotations": metadata.get("annotations") or {},
        "createdAt": metadata.get("creationTimestamp"),
        "resourceVersion": metadata.get("resourceVersion"),
        "generation": metadata.get("generation"),
    }


class Open(BaseModel):
    """Fields that are not named here go to the API server as they are."""

    model_config = ConfigDict(extra="allow")

    def given(self) -> dict[str, Any]:
        """What the client sent, unknown fields included."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class Listener(Open):
    """A listener of a gateway."""

    name: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    protocol: str = Field(min_length=1)


class GatewayUpdate(Open):
    """The fields to change; listeners are matched by name, what they do not mention is kept."""

    gatewayClassName: str = Field(min_length=1)  # noqa: N815
    listeners: list[Listener] = Field(min_length=1)
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class GatewayCreate(GatewayUpdate):
    """A new Gateway."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)


class ParentRef(Open):
    """The gateway, and listener, a route asks to attach to."""

    name: str = Field(min_length=1)


class Rule(Open):
    """One rule; fields as in the Gateway API."""

    matches: list[dict[str, Any]] | None = None
    backendRefs: list[dict[str, Any]] | None = None  # noqa: N815


class RouteUpdate(Open):
    """The fields to change. A rule keeps what it does not mention (filters, timeouts) from the live
    rule of the same name, else with the same matches, else at the same place of as many rules."""

    parentRefs: list[ParentRef] = Field(min_length=1)  # noqa: N815
    hostnames: list[str] | None = None
    rules: list[Rule] = Field(min_length=1)
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class RouteCreate(RouteUpdate):
    """A new HTTPRoute."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
