"""Whether a certificate may be served for a host, as clients check it (RFC 9525, 6.3).

A wildcard stands for one whole label, the leftmost; the common name counts for nothing. A hostname
of the Gateway API may be a wildcard itself, and stands for one label or more there: what a
certificate covers of it is the first label below.
"""

from collections.abc import Iterable


def covers(name: str, host: str) -> bool:
    """Whether a DNS name of a certificate covers a hostname; either may begin with ``*.``."""
    name, host = _plain(name), _plain(host)
    if name == host:
        return True
    if not name.startswith("*.") or host.startswith("*."):
        return False
    label, _, parent = host.partition(".")
    return bool(label) and parent == name[2:]


def covering(names: Iterable[str], host: str) -> str:
    """The first of a certificate's names that covers ``host``, the exact one before a wildcard;
    "" when none does."""
    found = [name for name in names if covers(name, host)]
    return min(found, key=lambda name: name.startswith("*."), default="")


def _plain(host: str) -> str:
    host = host.strip().rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
