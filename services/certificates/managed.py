"""Certificates that cert-manager keeps: what its Certificate objects say of themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gatewayapi.issue import Issue
from services.gatewayapi.model.names import Object, Ref


@dataclass(frozen=True, slots=True)
class Managed:
    """What a Certificate says: where its Secret is, who issues it, how its renewal stands.

    ``ready`` is None while cert-manager has not said. ``renewal`` is when it renews next, ``ends``
    what it knows of the end; both None where it does not say.
    """

    secret: str
    issuer: str
    names: tuple[str, ...]
    ready: bool | None
    reason: str
    message: str
    renewal: datetime | None
    ends: datetime | None
    failures: int


def managed(obj: Object) -> Managed:
    """A Certificate (cert-manager.io/v1) as it stands."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    issuer = spec.get("issuerRef") or {}
    ready = _condition(status, "Ready")
    names = [*(spec.get("dnsNames") or ()), *(spec.get("ipAddresses") or ())]
    if spec.get("commonName") and spec["commonName"] not in names:
        names.insert(0, spec["commonName"])
    return Managed(
        secret=str(spec.get("secretName") or ""),
        issuer=f"{issuer.get('kind') or 'Issuer'} {issuer.get('name') or ''}",
        names=tuple(map(str, (*names, *(spec.get("uris") or ())))),
        ready={"True": True, "False": False}.get(str(ready.get("status"))),
        reason=str(ready.get("reason") or ""),
        message=str(ready.get("message") or ""),
        renewal=moment(status.get("renewalTime")),
        ends=moment(status.get("notAfter")),
        failures=int(status.get("failedIssuanceAttempts") or 0),
    )


def issues(ref: Ref, obj: Object, now: datetime) -> Iterator[Issue]:
    """What is wrong with a Certificate at ``now``."""
    one = managed(obj)
    secret = Ref("Secret", ref.namespace, one.secret)
    overdue = one.renewal is not None and one.renewal < now
    if one.ready is False and (one.failures or overdue):
        said = f"It could not be issued{_times(one.failures)}: {one.message or one.reason}."
        remedy = f"See what {one.issuer} says; its CertificateRequest has the reason."
        yield Issue("error", ref, "status", "IssuingFailed", said, "", remedy, secret)
    elif one.ready is False:
        said = one.message or "cert-manager has not issued it yet."
        remedy = f"Wait for {one.issuer}, or see its CertificateRequest."
        yield Issue("warning", ref, "status", one.reason or "NotReady", said, "", remedy, secret)
    elif overdue and one.renewal is not None:
        said = f"It should have been renewed on {one.renewal:%Y-%m-%d}."
        remedy = "See whether cert-manager runs, and what it says of the Certificate."
        yield Issue("warning", ref, "status.renewalTime", "Overdue", said, "", remedy, secret)


def moment(text: Any) -> datetime | None:
    """A time of the Kubernetes API, None for what is none."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found = (one for one in status.get("conditions") or () if one.get("type") == kind)
    return next(found, {})


def _times(number: int) -> str:
    return f" in {number} attempt{'s' if number != 1 else ''}" if number else ""
