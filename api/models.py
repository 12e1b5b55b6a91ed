"""Read models of Gateway API objects in REST: the object's own fields, flat, nothing dropped."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Object = Mapping[str, Any]

_READ_ONLY = {
    "createdAt",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "resourceVersion",
    "status",
}


def gateway(obj: Object) -> dict[str, Any]:
    """A Gateway."""
    spec = obj["spec"]
    return {
        **common(obj),
        "gatewayClassName": spec.get("gatewayClassName"),
        **{name: value for name, value in spec.items() if name != "gatewayClassName"},
        "status": obj.get("status"),
    }


def route(lists: Sequence[str], obj: Object) -> dict[str, Any]:
    """A route with every field of its rules; ``lists`` are the lists that its kind has, which are
    empty, not absent, where the object says nothing."""
    spec = obj.get("spec") or {}
    return {
        **common(obj),
        **{name: spec.get(name) or [] for name in lists},
        **{name: value for name, value in spec.items() if name not in lists},
        "status": obj.get("status"),
    }


def listener_set(obj: Object) -> dict[str, Any]:
    """A ListenerSet."""
    return {**common(obj), **obj["spec"], "status": obj.get("status")}


def gateway_class(obj: Object) -> dict[str, Any]:
    """A GatewayClass."""
    return {**common(obj), **obj["spec"], "status": obj.get("status")}


def policy(type_name: str, obj: Object) -> dict[str, Any]:
    """A policy or filter: its spec as it is, and what its ancestors say."""
    return {
        **common(obj),
        "type": type_name,
        "policyType": obj.get("kind", ""),
        "spec": obj.get("spec") or {},
        "status": obj.get("status"),
    }


def common(obj: Object) -> dict[str, Any]:
    """What every object has."""
    metadata = obj["metadata"]
    return {
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "labels": metadata.get("labels") or {},
        "annotations": metadata.get("annotations") or {},
        "createdAt": metadata.get("creationTimestamp"),
        "deletionTimestamp": metadata.get("deletionTimestamp"),
        "finalizers": metadata.get("finalizers") or [],
        "resourceVersion": metadata.get("resourceVersion"),
        "generation": metadata.get("generation"),
    }


class Open(BaseModel):
    """Fields that are not named here go to the API server as they are."""

    model_config = ConfigDict(extra="allow")


class Sent(Open):
    """An object that a client sends. What a GET answers will do, changed or not: of the fields that
    only a cluster sets, ``resourceVersion`` says what a change is based on, the others are dropped.
    """

    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    createdAt: Any = Field(None, description="Ignored")
    deletionTimestamp: Any = Field(None, description="Ignored")
    finalizers: Any = Field(None, description="Ignored")
    resourceVersion: str | None = Field(
        None, description="The version a PUT is based on, where no If-Match says another"
    )
    generation: Any = Field(None, description="Ignored")
    status: Any = Field(None, description="Ignored")

    def given(self) -> dict[str, Any]:
        """What the client wants, fields that are not named here included."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude=_READ_ONLY)


class Listener(Open):
    """A listener of a gateway."""

    name: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    protocol: str = Field(min_length=1)


class GatewayUpdate(Sent):
    """The fields to change; listeners are matched by name, what they do not mention is kept."""

    gatewayClassName: str | None = Field(None, min_length=1)
    listeners: list[Listener] | None = Field(None, min_length=1)


class GatewayCreate(GatewayUpdate):
    """A new Gateway."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    gatewayClassName: str = Field(min_length=1)
    listeners: list[Listener] = Field(min_length=1)


class ParentRef(Open):
    """The gateway, and listener, a route asks to attach to."""

    name: str = Field(min_length=1)


class Rule(Open):
    """One rule; fields as in the Gateway API."""

    matches: list[dict[str, Any]] | None = None
    backendRefs: list[dict[str, Any]] | None = None


class RouteUpdate(Sent):
    """The fields to change. A rule keeps what it does not mention (filters, timeouts) from the live
    rule of the same name, else with the same matches, else at the same place of as many rules."""

    parentRefs: list[ParentRef] | None = None
    hostnames: list[str] | None = None
    rules: list[Rule] | None = None


class RouteCreate(RouteUpdate):
    """A new HTTPRoute or GRPCRoute."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    parentRefs: list[ParentRef] = Field(min_length=1)
    rules: list[Rule] = Field(min_length=1)


class StreamRule(Open):
    """The rule of a route that sends connections or datagrams on."""

    backendRefs: list[dict[str, Any]] | None = Field(None, min_length=1)


class StreamRouteUpdate(Sent):
    """The fields to change; the one rule keeps what it does not mention."""

    parentRefs: list[ParentRef] | None = None
    rules: list[StreamRule] | None = Field(None, min_length=1, max_length=1)


class StreamRouteCreate(StreamRouteUpdate):
    """A new TCPRoute or UDPRoute."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    parentRefs: list[ParentRef] = Field(min_length=1)
    rules: list[StreamRule] = Field(min_length=1, max_length=1)


class TlsRouteUpdate(StreamRouteUpdate):
    """The fields to change; the one rule keeps what it does not mention."""

    hostnames: list[str] | None = Field(None, min_length=1)


class TlsRouteCreate(StreamRouteCreate):
    """A new TLSRoute; its hostnames are compared with the SNI of connections."""

    hostnames: list[str] = Field(min_length=1)


class ListenerSetUpdate(Sent):
    """The fields to change; listeners are matched by name, what they do not mention is kept."""

    parentRef: ParentRef | None = None
    listeners: list[Listener] | None = Field(None, min_length=1)


class ListenerSetCreate(ListenerSetUpdate):
    """A new ListenerSet."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    parentRef: ParentRef
    listeners: list[Listener] = Field(min_length=1)


class PolicyUpdate(Sent):
    """What to change. Of ``spec`` the fields that are named change, null removes one; lists are
    replaced as a whole."""

    type: Any = Field(None, description="Ignored")
    policyType: Any = Field(None, description="Ignored")
    spec: dict[str, Any] | None = None

    def given(self) -> dict[str, Any]:
        """What the client wants, without what a GET adds."""
        told = super().given()
        return {name: one for name, one in told.items() if name not in ("type", "policyType")}


class PolicyCreate(PolicyUpdate):
    """A new policy; its ``spec`` is checked by the cluster's own definition."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    spec: dict[str, Any]
