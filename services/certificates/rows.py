"""What a list and a page say of one object with certificates."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.certificates.flaws import SOON, Flaw, flaws
from services.certificates.holding import Holding, holding
from services.certificates.managed import Managed, issues, managed
from services.certificates.names import covering
from services.certificates.parsing import Parsed, utc
from services.certificates.usage import Use, uncovered
from services.entries import Row
from services.gatewayapi.model.names import Object, Ref

HOLDERS = {"tls": "TLS Secret", "opaque": "Secret", "authority": "Authority"}
URGENT = SOON[-1]
"""Days before the end from which on it counts as trouble, not as a warning."""


def row(obj: Object, uses: Iterable[Use], now: datetime) -> Row:
    """The row of a Secret, ConfigMap or cert-manager Certificate with the ``uses`` of it.

    ``days`` is None, never 0, where the end is not known, and ``days_reason`` says why. Nothing in
    a row names an object that uses it: whom somebody may see is known only when they ask.
    """
    if obj.get("kind") == "Certificate":
        return _requested(obj, now)
    held = holding(obj)
    if held is None:
        raise ValueError("an object without certificates has no row")
    leaf, used = held.leaf, tuple(uses)
    found = flaws(held, now)
    wrong = missed(held, used)
    status, word, reason, message = _verdict(held, found, wrong, now)
    return {
        "status": status,
        "status_word": word,
        "reason": reason,
        "message": message,
        "holder": "ConfigMap" if obj.get("kind") == "ConfigMap" else HOLDERS[held.source],
        "kind_name": "configmaps" if obj.get("kind") == "ConfigMap" else "secrets",
        "source": held.source,
        "hosts": list(leaf.names) if leaf else [],
        "subject": leaf.common_name if leaf else "",
        "issuer": leaf.issuer_name if leaf else "",
        "key": leaf.key if leaf else "",
        "fingerprint": leaf.fingerprint if leaf else "",
        "not_before": utc(leaf.not_before) if leaf else None,
        "not_after": utc(leaf.not_after) if leaf else None,
        "days": leaf.days(now) if leaf else None,
        "days_reason": "" if leaf else found[0].message,
        "managed_by": held.managed_by,
        "pending": bool(held.request and not leaf),
        "uses": len(used),
    }


def missed(held: Holding, uses: Iterable[Use]) -> list[str]:
    """Hosts that clients ask listeners for and the certificate alone does not cover."""
    if held.leaf is None:
        return []
    names = held.leaf.dns
    found = (host.name for use in uses if use.role == "server" for host in uncovered(use, names))
    return list(dict.fromkeys(found))


def _verdict(
    held: Holding, found: tuple[Flaw, ...], wrong: list[str], now: datetime
) -> tuple[str, str, str, str]:
    """Status, word, reason and sentence: of what is wrong, the worst."""
    worst = found[0] if found else None
    if worst and worst.severity == "error":
        return "err", worst.word, worst.reason, worst.message
    if wrong:
        hosts = "1 host" if len(wrong) == 1 else f"{len(wrong)} hosts"
        said = (
            f"{hosts} that listeners serve with it {'is' if len(wrong) == 1 else 'are'} not in it."
        )
        return "err", "Wrong host", "HostnameMismatch", said
    if worst and worst.reason == "Pending":
        return "info", worst.word, worst.reason, worst.message
    if worst and worst.severity == "warning":
        urgent = held.leaf is not None and held.leaf.days(now) < URGENT
        return "err" if urgent else "warn", worst.word, worst.reason, worst.message
    return "ok", worst.word if worst else "Valid", "", worst.message if worst else ""


def _requested(obj: Object, now: datetime) -> Row:
    """The row of a Certificate whose Secret is not there."""
    metadata = obj["metadata"]
    one = managed(obj)
    ref = Ref("Certificate", metadata.get("namespace", ""), metadata["name"])
    issue = next(issues(ref, obj, now), None)
    waits = f"cert-manager has not made Secret {one.secret} yet."
    return {
        "status": "err" if issue and issue.severity == "error" else "info",
        "status_word": "Not issued",
        "reason": issue.reason if issue else one.reason,
        "message": issue.message if issue else waits,
        "holder": "cert-manager",
        "kind_name": "certificates",
        "source": "managed",
        "hosts": list(one.names),
        "subject": "",
        "issuer": one.issuer,
        "key": "",
        "fingerprint": "",
        "not_before": None,
        "not_after": None,
        "days": None,
        "days_reason": waits,
        "managed_by": metadata["name"],
        "pending": True,
        "uses": 0,
    }


def told(one: Parsed, now: datetime) -> dict[str, Any]:
    """Everything that one certificate of a chain says."""
    return {
        "subject": one.subject,
        "commonName": one.common_name,
        "dnsNames": list(one.dns),
        "ipAddresses": list(one.ips),
        "uris": list(one.uris),
        "issuer": one.issuer,
        "issuerName": one.issuer_name,
        "serial": one.serial,
        "key": one.key,
        "signatureAlgorithm": one.signature,
        "notBefore": utc(one.not_before),
        "notAfter": utc(one.not_after),
        "daysLeft": one.days(now),
        "isAuthority": one.authority,
        "selfSigned": one.self_signed,
        "fingerprint": one.fingerprint,
        "weak": list(one.weak),
    }


def used(use: Use, names: Iterable[str], sees: Any) -> dict[str, Any]:
    """One use, with the hosts and whether a name covers each; routes out of sight are counted."""
    dns = tuple(names)
    return {
        "kind": use.by.kind,
        "namespace": use.by.namespace,
        "name": use.by.name,
        "field": use.field,
        "role": use.role,
        "gateway": {"namespace": use.gateway.namespace, "name": use.gateway.name}
        if use.gateway and sees(use.gateway.namespace)
        else None,
        "listener": use.listener,
        "port": use.port,
        "hostname": use.hostname,
        "hosts": [
            {
                "name": host.name,
                "coveredBy": covering(dns, host.name) if use.role == "server" else "",
                "routes": [
                    {"kind": one.kind, "namespace": one.namespace, "name": one.name}
                    for one in host.routes
                    if sees(one.namespace)
                ],
                "hidden": sum(not sees(one.namespace) for one in host.routes),
            }
            for host in use.hosts
            if not host.routes or any(sees(one.namespace) for one in host.routes)
        ],
    }


def renewal(one: Managed) -> dict[str, Any]:
    """How cert-manager stands with a certificate."""
    return {
        "issuer": one.issuer,
        "secret": one.secret,
        "ready": one.ready,
        "reason": one.reason,
        "message": one.message,
        "renewalTime": utc(one.renewal) if one.renewal else None,
        "failures": one.failures,
    }


def as_mapping(flaw: Flaw) -> Mapping[str, str]:
    """A flaw of the object itself."""
    return {
        "severity": flaw.severity,
        "reason": flaw.reason,
        "message": flaw.message,
        "remedy": flaw.remedy,
        "field": f'data["{flaw.field}"]',
    }
