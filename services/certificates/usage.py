"""Who uses a certificate: listeners with the hosts that their routes serve, policies, gateways.

Read from the model of a cluster, so that a listener of a ListenerSet counts like a Gateway's own
and a host is one that a route really gets requests for there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from services.certificates.names import covering
from services.gatewayapi.model.attachment import Attachment
from services.gatewayapi.model.gateways import Gateway, Listener
from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.world import World

Role = Literal["server", "client", "authority"]
TLS_PROTOCOLS = ("HTTPS", "TLS")


class Attached(Protocol):
    """What is asked of a model: its gateways, and the routes that their listeners took."""

    @property
    def world(self) -> World:
        """The objects it was made of."""

    @property
    def gateways(self) -> Mapping[Key, Gateway]:
        """The gateways with the listeners that they really have."""

    def attached(self, gateway: Key) -> Sequence[Attachment]:
        """Attachments that took, of all listeners of a gateway."""

    def users(self, ref: Ref) -> Sequence[Ref]:
        """Every object that refers to another."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host that clients ask a listener for; ``routes`` are those that serve it, none for the
    listener's own hostname."""

    name: str
    routes: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One reference to an object with certificates.

    ``by`` is the object that refers, ``field`` the path in it. ``role``: *server*, served by a
    listener; *client*, shown to backends; *authority*, what peers are verified with. ``listener``,
    ``port``, ``hostname`` and ``hosts`` are a listener's.
    """

    by: Ref
    field: str
    role: Role
    gateway: Ref | None = None
    listener: str = ""
    port: int | None = None
    hostname: str = ""
    hosts: tuple[Host, ...] = ()


Uses = Mapping[Ref, tuple[Use, ...]]


def uses(model: Attached) -> Uses:
    """Of every Secret and ConfigMap that is referred to for its certificates, by whom."""
    found: dict[Ref, list[Use]] = defaultdict(list)
    for key, gateway in model.gateways.items():
        hosts = _hosts(model.attached(key))
        for listener in gateway.listeners:
            for ref, use in _of_listener(gateway, listener, hosts.get(listener.id, {})):
                found[ref].append(use)
        for ref, use in _of_gateway(gateway):
            found[ref].append(use)
    for (namespace, name), policy in model.world.of("backendtlspolicies").items():
        by = Ref("BackendTLSPolicy", namespace, name)
        validation = _part(policy, "spec", "validation")
        for ref, field in _refs(
            validation, "caCertificateRefs", namespace, "ConfigMap", "spec.validation"
        ):
            found[ref].append(Use(by, field, "authority"))
    return {ref: tuple(those) for ref, those in found.items()}


def _hosts(attached: Sequence[Attachment]) -> dict[tuple[Ref, str], dict[str, list[Ref]]]:
    """By listener the hosts that routes serve there, with these routes."""
    found: dict[tuple[Ref, str], dict[str, list[Ref]]] = defaultdict(dict)
    for one in attached:
        if one.listener.protocol not in TLS_PROTOCOLS:
            continue
        of = found[one.listener.id]
        for host in one.hostnames:
            of.setdefault(host, []).append(one.route)
    return found


def _of_listener(
    gateway: Gateway, listener: Listener, served: Mapping[str, Sequence[Ref]]
) -> Iterator[tuple[Ref, Use]]:
    if listener.tls_mode == "Passthrough":
        return
    own = {listener.hostname: ()} if listener.hostname else {}
    hosts = tuple(Host(name, tuple(routes)) for name, routes in {**own, **served}.items() if name)
    path = f"spec.listeners[{listener.index}].tls"
    tls = _part(listener.spec, "tls")
    where = (gateway.ref, listener.name, listener.port, listener.hostname)
    for ref, field in _refs(tls, "certificateRefs", listener.owner.namespace, "Secret", path):
        yield ref, Use(listener.owner, field, "server", *where, hosts)
    for ref, field in _refs(
        _part(tls, "frontendValidation"),
        "caCertificateRefs",
        listener.owner.namespace,
        "ConfigMap",
        f"{path}.frontendValidation",
    ):
        yield ref, Use(listener.owner, field, "authority", *where)


def _of_gateway(gateway: Gateway) -> Iterator[tuple[Ref, Use]]:
    """What a Gateway names for all its listeners: its own certificate towards backends, and the
    authorities that clients are verified with."""
    tls = _part(gateway.obj, "spec", "tls")
    namespace = gateway.ref.namespace
    shown = _part(tls, "backend").get("clientCertificateRef")
    if isinstance(shown, Mapping):
        field = "spec.tls.backend.clientCertificateRef"
        yield _ref(shown, namespace, "Secret"), Use(gateway.ref, field, "client", gateway.ref)
    frontend = _part(tls, "frontend")
    sections = [("spec.tls.frontend.default", _part(frontend, "default"))]
    for at, one in enumerate(frontend.get("perPort") or ()):
        sections.append((f"spec.tls.frontend.perPort[{at}].tls", _part(one, "tls")))
    for path, section in sections:
        validation = _part(section, "validation")
        for ref, field in _refs(
            validation, "caCertificateRefs", namespace, "ConfigMap", f"{path}.validation"
        ):
            yield ref, Use(gateway.ref, field, "authority", gateway.ref)


def _refs(
    holder: Object, key: str, namespace: str, kind: str, path: str
) -> Iterator[tuple[Ref, str]]:
    for at, one in enumerate(holder.get(key) or ()):
        if isinstance(one, Mapping) and one.get("name"):
            yield _ref(one, namespace, kind), f"{path}.{key}[{at}]"


def _ref(one: Object, namespace: str, kind: str) -> Ref:
    place = str(one.get("namespace") or namespace)
    return Ref(str(one.get("kind") or kind), place, str(one["name"]))


def _part(obj: Object, *keys: str) -> Object:
    """What lies under keys; nothing where one of them is missing or something else."""
    here: Any = obj
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def uncovered(use: Use, names: Sequence[str]) -> tuple[Host, ...]:
    """The hosts that clients ask for under a use and no name of the certificate covers."""
    return tuple(host for host in use.hosts if not covering(names, host.name))
