"""The string formats that CustomResourceDefinitions may name; an unknown one permits anything."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit
from uuid import UUID

_DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")
_DURATION = re.compile(r"^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w|[a-z]+))+$|^0$")
_HOST = re.compile(r"^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _date_time(text: str) -> bool:
    if not _DATE_TIME.match(text):
        return False
    return _parses(datetime.fromisoformat)(text.upper().replace(" ", "T"))


def _uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme) or text.startswith("/")


_CHECKS: dict[str, Callable[[str], bool]] = {
    "date-time": _date_time,
    "datetime": _date_time,
    "date": _parses(date.fromisoformat),
    "duration": lambda text: bool(_DURATION.match(text)),
    "ipv4": _parses(IPv4Address),
    "ipv6": _parses(IPv6Address),
    "cidr": _parses(lambda text: ip_network(text, strict=False) if "/" in text else int("x")),
    "hostname": lambda text: bool(_HOST.match(text)) and len(text) <= 255,
    "email": lambda text: bool(_EMAIL.match(text)),
    "uri": _uri,
    "byte": _parses(lambda text: b64decode(text, validate=True)),
    "uuid": _parses(UUID),
    "mac": lambda text: bool(re.match(r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$", text)),
    "hexcolor": lambda text: bool(re.match(r"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", text)),
}


def matches(name: str, text: str) -> bool:
    """Whether ``text`` has the format."""
    check = _CHECKS.get(name)
    return check is None or check(text)
