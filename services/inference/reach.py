"""Where benchmarks may put load: an operator names the address, and the console's own network is
where the call comes from."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from services.kube import addresses
from services.settings import Settings

LOOPBACK = "must not be the console's own machine"
LISTED = "must be one of the hosts that --benchmark-hosts names"


@dataclass(frozen=True, slots=True)
class Reach:
    """``loopback`` says whether the machine of the console may be called. ``hosts``, where there
    are any, are all that is: names, ``*.suffix`` for all below one, addresses and networks."""

    loopback: bool = False
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Reach":
        """Who listens on loopback alone is on the machine of the one that asks."""
        loopback = ipaddress.ip_address(settings.bind).is_loopback
        return cls(loopback, settings.benchmark_hosts)

    def problem(self, host: str) -> str:
        """The rule that a host of a URL breaks; "" for none that is known without looking it up."""
        return self._of_machine(host) or self._unlisted(host)

    def problem_of(self, address: str, host: str) -> str:
        """The rule that an address breaks to which ``host`` leads; "" for none."""
        return self._of_machine(address) or (
            "" if self._is_named(host) else self._unlisted(address)
        )

    def _of_machine(self, host: str) -> str:
        if addresses.is_forbidden(host):
            return addresses.RULE
        return LOOPBACK if addresses.is_loopback(host) and not self.loopback else ""

    def _unlisted(self, host: str) -> str:
        networks = list(self._networks())
        address = addresses.numeric(host)
        # Of a name that is not listed its addresses decide.
        inside = bool(networks) if address is None else any(address in one for one in networks)
        return "" if inside or not self.hosts or self._is_named(host) else LISTED

    def _is_named(self, host: str) -> bool:
        name = host.rstrip(".").lower()
        suffixes = tuple(one[1:] for one in self.hosts if one.startswith("*."))
        return name in self.hosts or name.endswith(suffixes)

    def _networks(self) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        for one in self.hosts:
            try:
                yield ipaddress.ip_network(one)
            except ValueError:
                continue
