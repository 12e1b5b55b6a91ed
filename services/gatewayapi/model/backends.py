"""What a backendRef is worth: whether it may be used, is there, and has endpoints to answer."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Object, Ref
from services.gatewayapi.model.routes import BackendRef, Route

if TYPE_CHECKING:
    from services.gatewayapi.model.model import Model

POOL_GROUPS = ("inference.networking.k8s.io", "inference.networking.x-k8s.io")
"""Groups of InferencePool, the one that NGF reads first."""
_HTTP = ("HTTPRoute", "GRPCRoute")
_WRONG_PROTOCOL = {
    "HTTPRoute": ("kubernetes.io/h2c",),
    "GRPCRoute": ("kubernetes.io/ws", "kubernetes.io/wss"),
    "TLSRoute": ("kubernetes.io/h2c", "kubernetes.io/ws"),
}
"""Application protocols of a Service port that NGF does not speak for a kind of route."""
_SECURE_WEBSOCKET = "kubernetes.io/wss"


@dataclass(frozen=True, slots=True)
class Backend:
    """One backendRef, judged.

    ``ready`` and ``total`` count the endpoints of its port, None where nobody knows them (they
    were not read, or it has none of Kubernetes' own: ExternalName, InferencePool). ``status`` is
    what a client gets from an HTTPRoute or GRPCRoute instead of an answer: 500 for a reference
    that is broken, 503 without a ready endpoint; None for a backend that can answer, and for
    other routes, whose connections are refused.
    """

    spec: BackendRef
    fault: Fault | None
    ready: int | None
    total: int | None
    status: int | None

    @property
    def answers(self) -> bool:
        """Whether requests reach something; taken for true where endpoints are not known."""
        return self.fault is None and self.ready != 0


class Source(NamedTuple):
    """Whose reference it is: the kind and namespace of a route."""

    kind: str
    namespace: str


def resolve(model: "Model", route: Route, spec: BackendRef, by_ngf: bool | None = None) -> Backend:
    """Judges a backendRef of ``route`` (HTTPRoute.spec.rules.backendRefs) as NGF does it or as
    others do; ``by_ngf`` is None for NGF's where one of its gateways is named."""
    gateways = model.gateways_of(route.ref) if by_ngf is not False else ()
    ngf = [one for one in gateways if one.ngf]
    found = judged(model, route.ref.kind, route.ref.namespace, spec, bool(ngf))
    section = f"{route.ref.kind}.spec.rules.backendRefs"
    if ngf and found.fault is None and route.ref.kind in _HTTP and _mixed(model, route, spec):
        text = "BackendTLSPolicies of the backends of one rule differ, and NGF takes none of them."
        return _broken(route, spec, Fault("ResolvedRefs", "UnsupportedValue", text, section))
    why = [_unfit(model, one, spec) for one in ngf] if found.fault is None else []
    if not why or not all(why) or why[0] is None:
        return found
    reason, message = why[0]
    return _broken(route, spec, Fault("ResolvedRefs", reason, message, section))


def _broken(route: Route, spec: BackendRef, fault: Fault) -> Backend:
    status = 500 if route.ref.kind in _HTTP else None
    return Backend(spec, replace(fault, field=spec.field), None, None, status)


def _mixed(model: "Model", route: Route, spec: BackendRef) -> bool:
    """Whether a backendRef stands in a rule whose backends NGF would have to trust in several ways:
    one after the first that has a BackendTLSPolicy has another one or none."""
    rule = next((one for one in route.rules if spec in one.backends), None)
    if rule is None or len(rule.backends) < 2:
        return False
    trusts = [_trust(model, route, one) for one in rule.backends]
    first = next((index for index, one in enumerate(trusts) if one is not None), len(trusts))
    return any(one != trusts[first] for one in trusts[first:])


def _trust(model: "Model", route: Route, spec: BackendRef) -> Object | None:
    """The settings of the BackendTLSPolicy by which NGF would reach a backend that is sound."""
    obj = model.world.of("services").get(spec.ref.key)
    if obj is None or spec.kind != "Service" or spec.port is None:
        return None
    if judged(model, route.ref.kind, route.ref.namespace, spec, True).fault:
        return None
    port = service_port(obj, spec.port, protocol_of(route.ref.kind))
    if port is None:
        return None
    policy = model.backend_tls.in_effect(spec.ref.key, str(port.get("name") or ""), True)
    validation = ((policy or {}).get("spec") or {}).get("validation")
    if not isinstance(validation, dict):
        return None
    wanted = ("caCertificateRefs", "wellKnownCACertificates", "hostname")
    return {name: validation.get(name) for name in wanted}


def _unfit(model: "Model", gateway: Gateway, spec: BackendRef) -> tuple[str, str] | None:
    """Why a gateway of NGF cannot use a backend that is sound by itself."""
    obj = model.world.of("services").get(spec.ref.key)
    if obj is None or spec.kind != "Service" or gateway.settings is None:
        return None
    service = obj.get("spec") or {}
    if service.get("type") == "ExternalName" and not gateway.settings.get("dnsResolver"):
        return (
            "UnsupportedValue",
            f"{spec.ref} is of type ExternalName, and {gateway.ref} has no dnsResolver in its "
            "NginxProxy.",
        )
    families = service.get("ipFamilies") or ()
    wanted = gateway.settings.get("ipFamily")
    for alone, other in (("ipv4", "IPv6"), ("ipv6", "IPv4")):
        if wanted == alone and other in families:
            message = f"{spec.ref} has an {other} address, and {gateway.ref} takes {alone} only."
            return "InvalidIPFamily", message
    return None


def judged(model: "Model", kind: str, namespace: str, spec: BackendRef, ngf: bool) -> Backend:
    """Judges a backendRef of some route of ``kind`` in ``namespace``, also of one that is still
    being written; ``ngf`` says by whose ways."""
    fault = _fault(model, Source(kind, namespace), spec, ngf)
    web = kind in _HTTP
    if fault:
        return Backend(spec, fault, None, None, 500 if web else None)
    ready, total = _endpoints(model, spec, kind)
    return Backend(spec, None, ready, total, 503 if web and ready == 0 else None)


def _fault(model: "Model", source: Source, spec: BackendRef, ngf: bool) -> Fault | None:
    section = f"{source.kind}.spec.rules.backendRefs"

    def fault(reason: str, message: str, field: str = "") -> Fault:
        return Fault("ResolvedRefs", reason, message, section + field, spec.field + field)

    if ngf and spec.filtered:
        return fault("UnsupportedValue", "NGF takes no backendRef with filters.", ".filters")
    kind = f"{spec.group}/{spec.kind}" if spec.group else spec.kind
    service = (spec.group, spec.kind) == ("", "Service")
    pool = spec.kind == "InferencePool" and spec.group in POOL_GROUPS
    if not service and not pool:
        return fault("InvalidKind", f"A backend of kind {kind} is not supported.", ".kind")
    if pool and (source.kind != "HTTPRoute" if ngf else source.kind not in _HTTP):
        return fault(
            "InvalidKind", f"{source.kind}s cannot have an InferencePool as backend.", ".kind"
        )
    if pool and ngf and spec.group != POOL_GROUPS[0]:
        return fault("InvalidKind", f"NGF reads InferencePools of {POOL_GROUPS[0]} only.", ".group")
    target = (spec.group, spec.kind, spec.namespace, spec.name)
    if not model.grants.permit((GATEWAY_GROUP, *source), target):
        return fault(
            "RefNotPermitted",
            f"No ReferenceGrant in namespace {spec.namespace} lets {source.kind}s of namespace "
            f"{source.namespace} use {spec.ref}.",
            ".namespace",
        )
    plural = "services" if service else "inferencepools"
    obj = model.world.of(plural).get(spec.ref.key)
    if obj is None:
        if not model.world.knows(plural):
            return None
        return fault("BackendNotFound", f"{spec.ref} does not exist.", ".name")
    if pool:
        why = _pool(model, obj, spec) if ngf else ""
        if why:
            return fault("InvalidInferencePool", why)
        why = "" if ngf else _picker(model, obj, spec)
        return fault("BackendNotFound", why) if why else None
    if spec.port is None:
        return fault("BackendNotFound", "A Service needs a port.", ".port")
    port = service_port(obj, spec.port, protocol_of(source.kind))
    if port is None:
        return fault("BackendNotFound", f"{spec.ref} has no port {spec.port}.", ".port")
    if (obj.get("spec") or {}).get("type") == "ExternalName" and not ngf:
        return fault(
            "UnsupportedValue",
            f"{spec.ref} is of type ExternalName, which implementations should not support.",
            ".kind",
        )
    spoken = str(port.get("appProtocol") or "")
    if ngf and spoken in _WRONG_PROTOCOL.get(source.kind, ()):
        return fault(
            "UnsupportedProtocol",
            f"Port {spec.port} of {spec.ref} speaks {spoken}, which {source.kind}s do not.",
            ".port",
        )
    if source.kind not in _HTTP:
        return None
    name = str(port.get("name") or "")
    if (
        ngf
        and spoken == _SECURE_WEBSOCKET
        and not model.backend_tls.in_effect(spec.ref.key, name, ngf)
    ):
        return fault(
            "UnsupportedProtocol",
            f"Port {spec.port} of {spec.ref} speaks {spoken}, and no BackendTLSPolicy says how.",
            ".port",
        )
    # The client gets a 5xx (BackendTLSPolicy.spec.validation.caCertificateRefs).
    distrusted = model.backend_tls.distrusted(model.world, spec.ref.key, name, ngf)
    if distrusted is None:
        return None
    why = f"The BackendTLSPolicy of {spec.ref} is not accepted: {distrusted.message}"
    if ngf:
        return fault("UnsupportedValue", why)
    return replace(distrusted, message=why, field=spec.field)


def protocol_of(kind: str) -> str:
    """The transport that a kind of route carries."""
    return "UDP" if kind == "UDPRoute" else "TCP"


def service_port(obj: Object, number: int, protocol: str) -> Object | None:
    """A Service's port of that number, preferably of that protocol; None when it has none."""
    ports: list[Object] = [
        one for one in (obj.get("spec") or {}).get("ports") or () if one.get("port") == number
    ]
    fitting = (one for one in ports if (one.get("protocol") or "TCP") == protocol)
    return next(fitting, None)


def _pool(model: "Model", obj: Object, spec: BackendRef) -> str:
    """What NGF finds wrong with an InferencePool: its endpoint picker has to be a Service."""
    ref = (obj.get("spec") or {}).get("endpointPickerRef")
    if not ref:
        return f"{spec.ref} names no endpoint picker."
    kind, place = ref.get("kind") or "Service", (spec.namespace, str(ref.get("name", "")))
    if kind != "Service":
        return f"The endpoint picker of {spec.ref} is a {kind}, not a Service."
    return _missing(model, spec, place)


def _picker(model: "Model", obj: Object, spec: BackendRef) -> str:
    """Why nobody picks an endpoint of an InferencePool that other controllers serve. One that fails
    open goes on without its picker (InferencePool.spec.endpointPickerRef.failureMode)."""
    settings = obj.get("spec") or {}
    ref = settings.get("endpointPickerRef") or settings.get("extensionRef") or {}
    named = ref.get("name") and not ref.get("group") and ref.get("kind", "Service") == "Service"
    if not named or ref.get("failureMode") == "FailOpen":
        return ""
    return _missing(model, spec, (spec.namespace, str(ref["name"])))


def _missing(model: "Model", spec: BackendRef, picker: Key) -> str:
    if not model.world.knows("services") or picker in model.world.of("services"):
        return ""
    return f"The endpoint picker of {spec.ref}, Service {'/'.join(picker)}, does not exist."


def _endpoints(model: "Model", spec: BackendRef, kind: str) -> tuple[int | None, int | None]:
    """Ready and all endpoints of the port that a sound reference means."""
    if not model.world.knows("endpointslices"):
        return None, None
    if spec.kind == "InferencePool":
        # NGF makes a headless Service for each pool; where there is none its pods are not known.
        shadow = Ref("Service", spec.namespace, f"{spec.name}-pool-svc")
        obj = model.world.of("services").get(shadow.key)
        ports = ((obj or {}).get("spec") or {}).get("ports") or ()
        if not ports or not model.slices.has(shadow.key):
            return None, None
        counted = model.slices.count(shadow.key, ports[0].get("name") or "", "TCP")
        return counted.ready, counted.total
    obj = model.world.of("services").get(spec.ref.key)
    if obj is None or spec.port is None:
        return None, None
    if (obj.get("spec") or {}).get("type") == "ExternalName":
        return None, None
    protocol = protocol_of(kind)
    port = service_port(obj, spec.port, protocol)
    counted = model.slices.count(spec.ref.key, (port or {}).get("name") or "", protocol)
    return counted.ready, counted.total
