"""When the certificates in TLS Secrets end.

The watch cache keeps the certificate of a ``kubernetes.io/tls`` Secret and never its key. A Secret
may hold a chain; the first certificate is the one that is served, so its end is the one that counts
(RFC 8446, 4.4.2).
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from weakref import WeakKeyDictionary

from cryptography import x509

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet

SOON = timedelta(days=30)
"""A certificate that ends within this time needs attention; issuers renew earlier."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The served certificate of one Secret; without ``ends`` it cannot be read."""

    cluster: str
    namespace: str
    name: str
    ends: datetime | None

    def state(self, now: datetime) -> Literal["valid", "soon", "expired", "unreadable"]:
        """Where it stands at ``now``."""
        if self.ends is None:
            return "unreadable"
        if self.ends <= now:
            return "expired"
        return "soon" if self.ends <= now + SOON else "valid"


class Certificates:
    """Reads every cluster's TLS Secrets; a certificate is parsed once per Secret version."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._known: WeakKeyDictionary[Cluster, tuple[int, tuple[Certificate, ...]]]
        self._known = WeakKeyDictionary()

    def list(self, who: Identity) -> list[Certificate]:
        """All that ``who`` may see, the first to end first."""
        found = [
            certificate
            for cluster in self._fleet.clusters(who)
            for certificate in self._of(cluster)
            if who.may_see(cluster.name, certificate.namespace)
        ]
        last = datetime.max.replace(tzinfo=UTC)
        return sorted(found, key=lambda one: (one.ends or last, one.cluster, one.name))

    def _of(self, cluster: Cluster) -> tuple[Certificate, ...]:
        snapshot = cluster.snapshot("secrets")
        version, certificates = self._known.get(cluster, (-1, ()))
        if version != snapshot.version:
            certificates = tuple(
                found
                for place, secret in snapshot.objects.items()
                if (found := served(cluster.name, place, secret))
            )
            self._known[cluster] = snapshot.version, certificates
        return certificates


def served(cluster: str, place: tuple[str, str], secret: Mapping[str, Any]) -> Certificate | None:
    """The certificate of the Secret at ``place`` (namespace, name); None where it holds none."""
    encoded = (secret.get("data") or {}).get("tls.crt")
    if secret.get("type") != "kubernetes.io/tls" or not isinstance(encoded, str):
        return None
    return Certificate(cluster, *place, _ends(encoded))


def _ends(encoded: str) -> datetime | None:
    try:
        pem = base64.b64decode(encoded, validate=True)
        return x509.load_pem_x509_certificates(pem)[0].not_valid_after_utc
    except (binascii.Error, ValueError):
        return None
