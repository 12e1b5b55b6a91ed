"""Certificates on their way to a cluster: uploaded, requested, renewed, deleted.

A private key is in memory from when it is handed in or made until the cluster has it, and nowhere
else: it is written into a TLS Secret and never read back. A certificate that is requested lies in
such a Secret without its certificate, the request beside it as an annotation; who stores the answer
hands in the certificate only, which is compared with the public key of the request.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from cryptography import x509

from services.auth.identity import Identity
from services.certificates import keys
from services.certificates.certificates import Certificates
from services.certificates.chain import chain, ordered
from services.certificates.holding import AUTHORITIES, CSR, SERVED, TLS_TYPE
from services.certificates.parsing import Parsed, bundle
from services.errors import Conflict, Invalid
from services.kube.changes import Applied, Changes, Plan
from services.kube.fields import Object

MOST_TEXT = 64 * 1024
"""Characters of one PEM text; a chain has a tenth of it."""
MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """What is stored: a chain, its key (never shown), and the authorities that go beside it."""

    certificate: str
    key: str = field(default="", repr=False)
    authorities: str = ""
    confirm_expired: bool = False
    reorder: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is made; see `services.kube.changes`."""

    reason: str = ""
    confirm_owned: bool = False
    resource_version: str = ""


class Storing:
    """Writes TLS Secrets through `services.kube.changes`."""

    def __init__(self, changes: Changes, certificates: Certificates) -> None:
        self._changes = changes
        self._certificates = certificates

    def upload(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        given: Upload,
        manner: Manner,
        *,
        dry_run: bool = False,
    ) -> Plan | Applied:
        """Store a chain with its key as a new TLS Secret.

        Raises Invalid for what breaks a rule (``certificate``, ``key``, ``ca``), and everything
        that `Changes.create` raises.
        """
        data = _data(given, given.key)
        return self._create(who, cluster, _secret(namespace, name, data), manner, dry_run)

    def renew(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        given: Upload,
        manner: Manner,
        *,
        dry_run: bool = False,
    ) -> Plan | Applied:
        """Put another certificate into a TLS Secret: with its key, or without where it belongs to
        the key that is there, which the request or the certificate that is there tells.

        Raises Invalid like `upload`, and everything that `Changes.update` raises.
        """
        data = _data(given, given.key or None)
        if not given.key:
            self._require_same_key(who, cluster, namespace, name, given)

        def edit(live: Object) -> Object:
            annotations = dict(live["metadata"].get("annotations") or {})
            annotations.pop(CSR, None)
            metadata = {**live["metadata"], "annotations": annotations}
            kept = {key: value for key, value in live["data"].items() if key not in data}
            return {**live, "metadata": metadata, "data": {**kept, **data}}

        return self._update(who, cluster, namespace, name, edit, manner, dry_run)

    def request(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        hosts: list[str],
        manner: Manner,
        *,
        common_name: str = "",
        algorithm: keys.Algorithm = "ecdsa-p256",
        dry_run: bool = False,
    ) -> tuple[str, Plan | Applied]:
        """Make a key and a certificate request (PEM) for hosts, addresses among them; the key goes
        into a new TLS Secret that waits for its certificate.

        Raises Invalid for hosts that are none, and everything that `Changes.create` raises.
        """
        names = _general_names(hosts)
        key = keys.made(algorithm)
        asked = keys.request(key, names, common_name)
        data = {SERVED: "", keys.KEY: _encoded(keys.pem(key))}
        obj = _secret(namespace, name, data, {CSR: asked})
        return asked, self._create(who, cluster, obj, manner, dry_run)

    def delete(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        manner: Manner,
        *,
        confirm_used: bool = False,
        dry_run: bool = False,
    ) -> Plan | Applied:
        """Delete a TLS Secret.

        Raises Invalid with code ``not_tls`` for another Secret; Conflict with code ``in_use``,
        its ``users`` (those that may be seen) and how many are ``hidden``, unless that is
        confirmed; and everything that `Changes.delete` raises.
        """
        place = (cluster, "secrets", namespace, name)
        plan = self._changes.plan_delete(who, *place, manner.resource_version)
        if dry_run:
            return plan
        if (plan.dependents or plan.hidden) and not confirm_used:
            users = [
                {"kind": one.kind, "namespace": one.namespace, "name": one.name}
                for one in plan.dependents
            ]
            named = ", ".join(f"{one['kind']} {one['namespace']}/{one['name']}" for one in users)
            said = named or f"{plan.hidden} objects that are not visible to you"
            raise Conflict(
                f"Secret {namespace}/{name} is used by {said}: confirm that it is to go.",
                code="in_use",
                users=users,
                hidden=plan.hidden,
            )
        return self._changes.delete(
            who,
            *place,
            resource_version=manner.resource_version,
            reason=manner.reason,
            confirm_owned=manner.confirm_owned,
        )

    def _require_same_key(
        self, who: Identity, cluster: str, namespace: str, name: str, given: Upload
    ) -> None:
        leaf = bundle(given.certificate).certificates[0]
        public = self._certificates.public_key(who, cluster, namespace, name)
        if not public:
            raise Invalid.of("key", "is required: what is there does not tell its public key")
        if leaf.public != public:
            raise Invalid.of(
                "certificate", "belongs to another key than the one in the Secret; send that key"
            )

    def _create(
        self, who: Identity, cluster: str, obj: Object, manner: Manner, dry_run: bool
    ) -> Plan | Applied:
        if dry_run:
            return self._changes.plan_create(who, cluster, "secrets", obj)
        return self._changes.create(
            who,
            cluster,
            "secrets",
            obj,
            reason=manner.reason,
            confirm_owned=manner.confirm_owned,
        )

    def _update(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        name: str,
        edit: Callable[[Object], Object],
        manner: Manner,
        dry_run: bool,
    ) -> Plan | Applied:
        place = (cluster, "secrets", namespace, name)
        if dry_run:
            return self._changes.plan_update(who, *place, edit)
        return self._changes.update(
            who,
            *place,
            edit,
            resource_version=manner.resource_version,
            reason=manner.reason,
            confirm_owned=manner.confirm_owned,
        )


def _secret(
    namespace: str, name: str, data: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> Object:
    metadata: dict[str, Any] = {"namespace": namespace, "name": name}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": TLS_TYPE,
        "data": dict(data),
    }


def _data(given: Upload, key: str | None) -> dict[str, str]:
    """The data of a TLS Secret; a ``key`` of None stays as it is there. Raises Invalid."""
    found = list(_certificates(given.certificate, "certificate"))
    if given.reorder:
        found = ordered(found)
    _require_valid(found, given)
    if key is not None and keys.public_of(key) != found[0].public:
        raise Invalid.of("key", "must belong to the first certificate")
    data = {SERVED: _encoded("".join(f"{one.pem.strip()}\n" for one in found))}
    if given.authorities.strip():
        beside = _certificates(given.authorities, "ca")
        data[AUTHORITIES] = _encoded("".join(f"{one.pem.strip()}\n" for one in beside))
    if key is not None:
        data[keys.KEY] = _encoded(key)
    return data


def _certificates(text: str, field: str) -> tuple[Parsed, ...]:
    if len(text) > MOST_TEXT:
        raise Invalid.of(field, f"must have at most {MOST_TEXT:,} characters")
    found = bundle(text)
    if found.also:
        also = ", ".join(found.also).lower()
        raise Invalid.of(field, f"must hold certificates only; there is {also} in it")
    if found.problem:
        raise Invalid.of(field, f"must be certificates in PEM: {found.problem}")
    return found.certificates


def _require_valid(found: list[Parsed], given: Upload) -> None:
    leaf, now = found[0], datetime.now(UTC)
    judged = chain(found)
    if judged.state == "broken":
        raise Invalid.of("certificate", f"must be a chain in order: {judged.problem}")
    if leaf.not_after <= now and not given.confirm_expired:
        raise Invalid.of(
            "certificate",
            f"expired on {leaf.not_after:%Y-%m-%d}; confirm it to store it all the same",
        )


def _general_names(hosts: list[str]) -> list[x509.GeneralName]:
    """What a certificate is requested for. Raises Invalid."""
    if not hosts or len(hosts) > MOST_NAMES:
        raise Invalid.of("hosts", f"must be 1 to {MOST_NAMES} DNS names or addresses")
    return [_general_name(host.strip()) for host in dict.fromkeys(hosts)]


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.removeprefix("*.").split(".")
    if len(name) > 253 or not all(_is_label(label) for label in labels):
        raise Invalid.of("hosts", f"must be DNS names or addresses, which {host[:80]!r} is not")
    return x509.DNSName(name.lower())


def _is_label(label: str) -> bool:
    plain = label.replace("-", "a").replace("_", "a")
    return (
        0 < len(label) <= 63
        and plain.isalnum()
        and plain.isascii()
        and not label.startswith("-")
        and not label.endswith("-")
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
