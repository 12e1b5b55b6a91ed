"""Which addresses a Gateway may ask for (Gateway.spec.addresses)."""

from collections.abc import Iterator
from ipaddress import ip_address

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object

SECTION = "Gateway.spec.addresses"
_UNUSABLE = "198.51.100.0"
"""An address for documentation, which conformance tests expect to be refused."""


def addresses(spec: Object, ngf: bool) -> Iterator[Fault]:
    """What is wrong with the addresses in the ``spec`` of a Gateway.

    With one of a type that is not supported it is not accepted. NGF programs no gateway for what is
    no IP address; whether others can be assigned, no model knows.
    """
    known = ("IPAddress",) if ngf else ("IPAddress", "Hostname")
    for index, address in enumerate(spec.get("addresses") or ()):
        kind, value = address.get("type") or "IPAddress", str(address.get("value") or "")
        field = f"spec.addresses[{index}]"
        if kind not in known:
            text = f"An address of type {kind} is not supported"
            yield Fault("Accepted", "UnsupportedAddress", text, SECTION, f"{field}.type")
        elif ngf and not value:
            text = "NGF assigns no addresses: one needs a value"
            yield Fault("Programmed", "AddressNotAssigned", text, SECTION, field)
        elif ngf and not _usable(value):
            text = f"{value} is no IP address that can be used"
            yield Fault("Programmed", "AddressNotUsable", text, SECTION, f"{field}.value")


def _usable(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return value != _UNUSABLE
