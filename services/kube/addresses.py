"""Addresses that no kubeconfig may make the hub call: those of the machine it runs on.

A cloud hands out credentials of the machine at a link-local address to whoever asks from it. An
address has many spellings and a name may resolve to anything, so the text of a kubeconfig is
checked when it is read, and the address itself again before a connection is made.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

RULE = "must not be a link-local address or one at which a cloud answers questions about itself"

_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "fd00:ec2::254",  # AWS instance metadata over IPv6
            "fd20:ce::254",  # Google Cloud metadata over IPv6
            "100.100.100.200",  # Alibaba Cloud metadata
            "192.0.0.192",  # Oracle Cloud metadata
            "168.63.129.16",  # Azure platform services
        ),
    )
)
"""Those that are not link-local anyway."""
_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv6 networks whose addresses end in the IPv4 address that they stand for (RFC 4291, 6052, 8215).
"""
_HOST = re.compile(
    r"[\w-]{1,63}(\.[\w-]{1,63})*\.?|[0-9a-f]*:[0-9a-f:.]+(%[\w.-]+)?", re.ASCII | re.IGNORECASE
)


def host_of(url: str) -> str:
    """The host of an http or https URL, "" where there is none that everybody reads alike.

    What a URL with blanks, backslashes, escapes or letters beyond ASCII leads to depends on the
    reader: the host that was checked might not be the one that is called.
    """
    if not (url.isascii() and url.isprintable()) or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and parts.port != 0
    except ValueError:
        return ""
    host = parts.hostname or ""
    return host if usable and _HOST.fullmatch(host) else ""


def is_forbidden(host: str) -> bool:
    """Whether a host of a URL is such an address in any spelling that a resolver takes, or one of
    the names that stand for it everywhere."""
    name = _bare(host)
    return name in _NAMES or any(map(_is_forbidden, _meant(name)))


def is_loopback(host: str) -> bool:
    """Whether a host of a URL is the machine that asks, likewise."""
    name = _bare(host)
    is_named = name == "localhost" or name.endswith(".localhost")
    return is_named or any(one.is_loopback for one in _meant(name))


def numeric(host: str) -> Address | None:
    """The address that a host of a URL is in any spelling that a resolver takes; None of a name."""
    name = _bare(host)
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))  # 0xa9fea9fe, 2852039166, 169.254.1
    except (OSError, UnicodeEncodeError):
        return None


def _bare(host: str) -> str:
    return host.strip("[]").partition("%")[0].rstrip(".").lower()


def _meant(host: str) -> Iterator[Address]:
    """The address that a host is, and the IPv4 address that an IPv6 one stands for."""
    address = numeric(host)
    if address is not None:
        yield address
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in network for network in _EMBEDDING):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            yield inner


def _is_forbidden(address: Address) -> bool:
    return (
        address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address in _METADATA
    )
