"""When the certificates in TLS Secrets end.

The watch cache keeps the certificate of a ``kubernetes.io/tls`` Secret and never its key. A Secret
may hold a chain; the first certificate is the one that is served, so its end is the one that counts
(RFC 8446, 4.4.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.certificates.holding import holding

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


def served(cluster: str, place: tuple[str, str], secret: Mapping[str, Any]) -> Certificate | None:
    """The certificate of the Secret at ``place`` (namespace, name); None where it holds none."""
    held = holding(secret)
    if held is None or held.source != "tls":
        return None
    return Certificate(cluster, *place, held.leaf.not_after if held.leaf else None)
