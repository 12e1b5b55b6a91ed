"""What a gateway can have on a cluster: by its class, by NGF's edition and flags, by what is there.

Everything with its evidence in words; None is not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ngf_operator.gateway.abilities import CONTROLLER_DOMAIN, Ability
from ngf_operator.gateway.abilities import abilities as of_class
from ngf_operator.gateway.bundle import RECIPE

from services.auth.identity import Identity
from services.certificates.expiry import served
from services.certificates.holding import holding
from services.clusters.cluster import Cluster
from services.gatewayapi import conditions
from services.kube.catalogue import KINDS, NGF
from services.kube.shelf import Snapshot
from services.operator_world import SnapshotWorld

__all__ = ["Abilities", "Ability", "Absent", "ClassAbility", "Issuer", "TlsSecret", "abilities"]

Object = Mapping[str, Any]

NEEDED = (
    "gateways",
    "nginxproxies",
    "wafpolicies",
    "snippetsfilters",
    "snippetspolicies",
    "referencegrants",
    "gatewaybundles",
    "certificates",
)
"""Kinds that a bundle may bring along, and its own."""


@dataclass(frozen=True, slots=True)
class ClassAbility:
    """One GatewayClass. ``ngf`` is whether NGF takes its gateways; ``accepted`` None is not known.
    ``features`` are those that its controller names."""

    name: str
    controller: str
    ngf: bool
    accepted: bool | None
    description: str
    features: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A kind that cannot be had, and why."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of cert-manager; a ClusterIssuer has no namespace."""

    kind: str
    namespace: str
    name: str
    ready: bool | None
    evidence: str


@dataclass(frozen=True, slots=True)
class TlsSecret:
    """A Secret that a listener can serve. ``state`` is valid, soon, expired or unreadable."""

    namespace: str
    name: str
    hosts: tuple[str, ...]
    ends: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Abilities:
    """Of a cluster for gateways of one class. ``edition`` is oss, enterprise or unknown."""

    cluster: str
    class_name: str
    edition: str
    version: str | None
    evidence: str
    plus: Ability
    waf: Ability
    snippets: Ability
    inference: Ability
    experimental: Ability
    certificates: Ability
    classes: tuple[ClassAbility, ...]
    absent: tuple[Absent, ...]
    issuers: tuple[Issuer, ...]
    namespaces: tuple[str, ...]
    secrets: tuple[TlsSecret, ...]

    def lacks(self, kind: str) -> str:
        """Why a kind cannot be had, "" where it can."""
        return next((one.reason for one in self.absent if one.kind == kind), "")


def abilities(who: Identity, cluster: Cluster, class_name: str = "") -> Abilities:
    """What a cluster can give gateways of a class; without one, of the first that NGF takes."""
    classes = tuple(_classes(cluster))
    chosen = class_name or next((one.name for one in classes if one.ngf), "")
    ngf = cluster.ngf()
    told = of_class(SnapshotWorld(cluster, RECIPE.reads), chosen)
    absent = tuple(_absent(cluster))
    lacking = {one.kind: one.reason for one in absent}
    return Abilities(
        cluster.name,
        chosen,
        ngf.edition,
        ngf.version,
        ngf.evidence,
        told.plus,
        _waf(told.plus, lacking),
        _snippets(told.snippets, lacking),
        told.inference,
        told.experimental,
        installed(cluster.snapshot("certificates"), "cert-manager", "Certificates"),
        classes,
        absent,
        tuple(_issuers(who, cluster)),
        _namespaces(who, cluster),
        tuple(_secrets(who, cluster)),
    )


def _classes(cluster: Cluster) -> Iterator[ClassAbility]:
    for (_, name), obj in sorted(cluster.snapshot("gatewayclasses").objects.items()):
        controller = str(obj["spec"].get("controllerName", ""))
        status = obj.get("status") or {}
        said = conditions.find(status.get("conditions"), "Accepted") or {}
        accepted = {"True": True, "False": False}.get(str(said.get("status")))
        told = str(said.get("message") or said.get("reason") or "It has no condition yet.")
        features = (
            str(one.get("name", one) if isinstance(one, Mapping) else one)
            for one in status.get("supportedFeatures") or ()
        )
        yield ClassAbility(
            name,
            controller,
            controller.startswith(CONTROLLER_DOMAIN),
            accepted,
            str(obj["spec"].get("description") or ""),
            tuple(features),
            told,
        )


def _waf(plus: Ability, lacking: Mapping[str, str]) -> Ability:
    if reason := lacking.get("WAFPolicy"):
        return Ability(False, reason)
    if plus.supported:
        return plus
    if plus.supported is None:
        return Ability(None, f"WAF needs NGINX Plus. {plus.evidence}")
    return Ability(False, f"WAF needs NGINX Plus. {plus.evidence}")


def _snippets(flag: Ability, lacking: Mapping[str, str]) -> Ability:
    reason = lacking.get("SnippetsFilter")
    return Ability(False, reason) if reason else flag


def installed(snapshot: Snapshot, product: str, what: str) -> Ability:
    """Whether a product is there, by a kind of its own, as far as the server has said."""
    if snapshot.state == "absent":
        return Ability(False, f"{product} is not installed: the cluster serves no {what}.")
    if snapshot.resource is None:
        return Ability(None, f"It is not known whether {product} is installed: {snapshot.why}.")
    return Ability(True, f"{product} is installed: {what} are served.")


def _absent(cluster: Cluster) -> Iterator[Absent]:
    for name in NEEDED:
        snapshot, kind = cluster.snapshot(name), KINDS[name]
        if snapshot.state == "absent":
            whose = " NGF's definitions bring it." if kind.group == NGF else ""
            yield Absent(kind.kind, f"{kind.kind} is not installed on {cluster.name}.{whose}")


def _issuers(who: Identity, cluster: Cluster) -> Iterator[Issuer]:
    for name in ("clusterissuers", "issuers"):
        for (namespace, issuer), obj in sorted(cluster.snapshot(name).objects.items()):
            if not who.may_see(cluster.name, namespace or None):
                continue
            said = conditions.find((obj.get("status") or {}).get("conditions"), "Ready") or {}
            ready = {"True": True, "False": False}.get(str(said.get("status")))
            told = str(said.get("message") or "It has not said whether it is ready.")
            yield Issuer(KINDS[name].kind, namespace, issuer, ready, told)


def _namespaces(who: Identity, cluster: Cluster) -> tuple[str, ...]:
    names = (name for _, name in cluster.snapshot("namespaces").objects)
    return tuple(sorted(name for name in names if who.may_see(cluster.name, name)))


def _secrets(who: Identity, cluster: Cluster) -> Iterator[TlsSecret]:
    now = datetime.now(UTC)
    for place, obj in sorted(cluster.snapshot("secrets").objects.items()):
        if obj.get("type") != "kubernetes.io/tls" or not who.may_see(cluster.name, place[0]):
            continue
        held, found = holding(obj), served(cluster.name, place, obj)
        hosts = tuple(held.leaf.names) if held and held.leaf else ()
        state = found.state(now) if found else "unreadable"
        yield TlsSecret(*place, hosts, found.ends if found else None, state)
