"""What is wrong with the certificates of one object by themselves, whoever uses them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.certificates.holding import Holding
from services.certificates.parsing import Parsed

SOON = (30, 14, 7)
"""Days before the end at which more is said; issuers renew earlier than the first."""
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, worst first where there are several: a word for it, one sentence
    that says what is there, and one that says what to do. ``field`` is the key of the object."""

    severity: Severity
    word: str
    reason: str
    message: str
    remedy: str
    field: str


def flaws(held: Holding, now: datetime) -> tuple[Flaw, ...]:
    """Everything that is wrong with the certificates at ``now``, errors first."""
    if held.leaf is None:
        return (_unreadable(held),)
    found = [*_broken_block(held), *_dates(held, held.leaf, now)]
    if held.source != "authority":
        found += [*_names(held, held.leaf), *_chain(held)]
    found += [*_weak(held), *_authorities(held, now)]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def _unreadable(held: Holding) -> Flaw:
    if held.request:
        said = "A certificate was requested for its key and has not been stored yet."
        remedy = "Have the request signed and store the answer."
        return Flaw("warning", "Pending", "Pending", said, remedy, held.field)
    remedy = "Store a certificate in PEM, the server's own first."
    if held.bundle.also:
        remedy += f" There is {', '.join(held.bundle.also).lower()} instead."
    return Flaw("error", "Unreadable", "Unreadable", held.bundle.problem, remedy, held.field)


def _broken_block(held: Holding) -> Iterator[Flaw]:
    for field, one in ((held.field, held.bundle), *held.others):
        if one.problem and one.certificates:
            remedy = "Take out what is broken, or store the chain anew."
            yield Flaw("warning", "Partly unreadable", "Unreadable", one.problem, remedy, field)


def _dates(held: Holding, leaf: Parsed, now: datetime) -> Iterator[Flaw]:
    days = leaf.days(now)
    if leaf.not_after <= now:
        said = f"It expired {_days((now - leaf.not_after).days)} ago, on {leaf.not_after:%Y-%m-%d}."
        yield Flaw("error", "Expired", "Expired", said, _renewal(held), held.field)
    elif leaf.not_before > now:
        said = f"It is not valid before {leaf.not_before:%Y-%m-%d %H:%M} UTC."
        remedy = "Wait until then, or store one that is valid now."
        yield Flaw("error", "Not yet valid", "NotYetValid", said, remedy, held.field)
    elif days < SOON[0] and not _renewed_in_time(held, leaf, now):
        within = min(limit for limit in SOON if days < limit)
        said = f"It ends in {_days(days)}, on {leaf.not_after:%Y-%m-%d}: within {within} days."
        yield Flaw("warning", "Expires soon", "Expiring", said, _renewal(held), held.field)


def _renewed_in_time(held: Holding, leaf: Parsed, now: datetime) -> bool:
    """Whether cert-manager keeps it and is not late: it renews when a third is left."""
    left = leaf.not_after - now
    return bool(held.managed_by) and left > (leaf.not_after - leaf.not_before) / 4


def _renewal(held: Holding) -> str:
    if held.managed_by:
        return (
            f"cert-manager's Certificate {held.managed_by} should have renewed it: see its state."
        )
    return "Renew it: store a new certificate with its key here."


def _names(held: Holding, leaf: Parsed) -> Iterator[Flaw]:
    if not leaf.names and not leaf.authority:
        said = "It has no subject alternative name; clients do not look at the common name."
        remedy = "Ask for one that names its hosts as DNS names."
        yield Flaw("error", "No names", "NoNames", said, remedy, held.field)


def _chain(held: Holding) -> Iterator[Flaw]:
    found = held.chain
    if found is None:
        return
    if found.state == "broken":
        remedy = "Store the server's certificate first, each issuer after what it issued."
        yield Flaw("error", "Broken chain", "BrokenChain", found.problem, remedy, held.field)
    elif found.incomplete:
        remedy = "Append the certificate of the issuer; many clients do not fetch it."
        said = f"{found.message} That issuer is no root, as it says itself."
        yield Flaw("warning", "Incomplete chain", "IncompleteChain", said, remedy, held.field)
    elif found.state == "self_signed":
        remedy = "Have it issued by an authority, unless all its clients know it."
        yield Flaw("note", "Self-signed", "SelfSigned", found.message, remedy, held.field)


def _weak(held: Holding) -> Iterator[Flaw]:
    for one in held.bundle.certificates:
        if one.weak:
            said = f"{one.common_name} has {' and '.join(one.weak)}."
            remedy = "Replace it by one with a key of RSA 2048 bits or P-256, signed with SHA-256."
            yield Flaw("warning", "Weak", "Weak", said, remedy, held.field)


def _authorities(held: Holding, now: datetime) -> Iterator[Flaw]:
    """Of the issuers that are sent or stored along, those that are over."""
    along = held.bundle.certificates[1:]
    for one in (*along, *held.authorities):
        if one.not_after <= now:
            said = f"{one.common_name}, which lies beside it, expired on {one.not_after:%Y-%m-%d}."
            remedy = "Store the authority's new certificate in its place."
            severity: Severity = "error" if one in along else "warning"
            yield Flaw(severity, "Expired issuer", "ExpiredIssuer", said, remedy, held.field)


def _days(number: int) -> str:
    return "less than a day" if number <= 0 else "1 day" if number == 1 else f"{number:,} days"
