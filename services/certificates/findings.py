"""What is wrong with the certificates of a cluster, or of manifests, as issues of its objects."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from services.certificates import managed
from services.certificates.flaws import flaws
from services.certificates.holding import Holding, holding
from services.certificates.keys import mismatch
from services.certificates.names import covering
from services.certificates.usage import Attached, Use, Uses, uses
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.names import Object, Ref

MATCHING = "RFC 9525, 6.3"
KINDS = {"secrets": "Secret", "configmaps": "ConfigMap"}
NAMED = 3
"""Hosts that a sentence names; further ones are counted."""


def findings(model: Attached, now: datetime | None = None) -> tuple[Issue, ...]:
    """All issues of certificates at ``now`` (by default this moment): of the objects that hold
    them, of listeners and routes whose hosts they do not cover, of cert-manager's Certificates."""
    moment = now or datetime.now(UTC)
    used = uses(model)
    holdings = dict(_holdings(model))
    found: list[Issue] = []
    for ref, (obj, held) in holdings.items():
        found += _own(ref, obj, held, moment)
        if ref not in used and not model.users(ref):
            found += _unused(ref, held)
    found += _mismatches(used, {ref: held for ref, (_, held) in holdings.items()})
    found += _differing(model)
    for (namespace, name), one in model.world.of("certificates").items():
        found += managed.issues(Ref("Certificate", namespace, name), one, moment)
    return tuple(found)


def _holdings(model: Attached) -> Iterator[tuple[Ref, tuple[Object, Holding]]]:
    for plural, kind in KINDS.items():
        for (namespace, name), obj in model.world.of(plural).items():
            held = holding(obj)
            if held is not None:
                yield Ref(kind, namespace, name), (obj, held)


def _own(ref: Ref, obj: Object, held: Holding, now: datetime) -> Iterator[Issue]:
    for flaw in flaws(held, now):
        yield Issue(
            flaw.severity,
            ref,
            f'data["{flaw.field}"]',
            flaw.reason,
            flaw.message,
            "RFC 8446, 4.4.2" if "Chain" in flaw.reason else "RFC 5280, 4.1.2.5",
            flaw.remedy,
        )
    said = mismatch(obj, held)
    if said:
        remedy = "Store the key that the certificate was made for."
        yield Issue("error", ref, 'data["tls.key"]', "KeyMismatch", said, "", remedy)


def _unused(ref: Ref, held: Holding) -> Iterator[Issue]:
    if held.source == "tls" and not held.request:
        yield Issue(
            "note",
            ref,
            "",
            "Unused",
            "No listener, gateway or policy of the Gateway API refers to it.",
            "",
            "Name it in a listener, or delete it if nothing else on the cluster uses it.",
        )


def _mismatches(used: Uses, held: Mapping[Ref, Holding]) -> Iterator[Issue]:
    """Hosts of listeners, and of the routes on them, that no certificate of the listener covers."""
    together: dict[tuple[Ref, str], list[tuple[Ref, Use]]] = defaultdict(list)
    for ref, those in used.items():
        for use in those:
            if use.role == "server":
                together[use.by, use.listener].append((ref, use))
    for (by, listener), served in together.items():
        leaves = [held[ref].leaf for ref, _ in served if ref in held]
        if not leaves or None in leaves or len(leaves) < len(served):
            continue  # what is missing or cannot be read is told as such
        names = [name for leaf in leaves if leaf for name in leaf.dns]
        certificate, use = served[0]
        missed = [host for host in use.hosts if not covering(names, host.name)]
        said = _counted(names) or "no host"
        for host in missed:
            if host.name == use.hostname:
                yield Issue(
                    "error",
                    by,
                    use.field,
                    "HostnameMismatch",
                    f"Listener {listener} serves {host.name} with a certificate for {said}.",
                    MATCHING,
                    f"Name a certificate that covers {host.name}.",
                    certificate,
                )
            for route in host.routes if host.name != use.hostname else ():
                yield Issue(
                    "error",
                    route,
                    "spec.hostnames",
                    "HostnameMismatch",
                    f"{host.name} is served with a certificate for {said}, which clients refuse.",
                    MATCHING,
                    f"Have the listener name a certificate that covers {host.name}.",
                    certificate,
                )


def _differing(model: Attached) -> Iterator[Issue]:
    """Listeners of one gateway with the same host and other certificates: which one a client gets
    hangs on the port."""
    for gateway in model.gateways.values():
        first: dict[str, tuple[str, frozenset[str]]] = {}
        for listener in gateway.listeners:
            refs = (listener.spec.get("tls") or {}).get("certificateRefs") or ()
            named = frozenset(
                f"{one.get('namespace') or listener.owner.namespace}/{one['name']}"
                for one in refs
                if one.get("name")
            )
            if not named or not listener.hostname:
                continue
            other = first.setdefault(listener.hostname, (listener.name, named))
            if other[1] != named:
                yield Issue(
                    "note",
                    listener.owner,
                    f"spec.listeners[{listener.index}].tls.certificateRefs",
                    "DifferentCertificates",
                    f"Listeners {other[0]} and {listener.name} serve {listener.hostname} with "
                    "different certificates.",
                    "Gateway.spec.listeners",
                    "Name the same certificate in both, unless that is meant.",
                )


def _counted(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
