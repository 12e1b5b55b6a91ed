"""One endpoint of a pool, whatever a source calls it.

An endpoint is a pod and, where a pod serves on several ports, a rank. The picker's spans and its
state say ``llm/llama-1-rank-0``; its log lines ``{"name":"llama-1-rank-0","namespace":"llm"}`` or,
for the one that was picked, ``127.0.0.3:8000``; metrics say ``llama-1``; the proxy logs the address
again. Names lead to each other by their form. Which name an address belongs to stands nowhere, so
it is learnt from requests of which both are known, and an address that went with two names belongs
to neither.
"""

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

_DEPLOYED = re.compile(r".+-[0-9a-z]{6,10}-(?P<own>[0-9a-z]{5})")
_RANKED = re.compile(r"(?P<pod>.+)-rank-(?P<rank>\d+)")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is known of who an endpoint is: ``pod`` is "" while only its address is."""

    namespace: str = ""
    pod: str = ""
    rank: int | None = None
    address: str = ""

    @property
    def name(self) -> str:
        """The one spelling that the console uses: as in the picker's spans, else the address."""
        if not self.pod:
            return self.address
        rank = "" if self.rank is None else f"-rank-{self.rank}"
        return "/".join(filter(None, (self.namespace, self.pod + rank)))

    @property
    def label(self) -> str:
        """For people: the pod, of a Deployment's pod what tells it from the others, with its rank
        where it is not the first.

        >>> Endpoint("llm", "llama-7f9c5d8b4-x7k2d", 0).label, Endpoint("llm", "llama-1", 1).label
        ('x7k2d', 'llama-1 rank 1')
        """
        deployed = _DEPLOYED.fullmatch(self.pod)
        pod = deployed["own"] if deployed else self.pod
        return (pod + (f" rank {self.rank}" if self.rank else "")) or self.address


def is_address(text: str) -> bool:
    """Whether ``text`` is ip:port, as opposed to a name, a socket or the name of an upstream."""
    try:
        ipaddress.ip_address(_host(text))
    except ValueError:
        return False
    return text.rpartition(":")[2].isdecimal()


def _host(address: str) -> str:
    return address.rpartition(":")[0].removeprefix("[").removesuffix("]")


def spelt(text: str) -> Endpoint:
    """The endpoint that one spelling names; what it does not say is left empty."""
    if is_address(text):
        return Endpoint(address=text)
    namespace = ""
    if text.startswith("{"):
        told = json.loads(text)
        namespace, text = told.get("namespace", ""), told.get("name", "")
    elif "/" in text:
        namespace, text = text.split("/", 1)
    ranked = _RANKED.fullmatch(text)
    if ranked is None:
        return Endpoint(namespace, text)
    return Endpoint(namespace, ranked["pod"], int(ranked["rank"]))


class Spellings:
    """Which endpoint each address belongs to, as far as that is known.

    ``pairs`` are an address and a name that meant the same endpoint; ``names`` are all that were
    seen. ``pods`` name pods by IP, as the cluster's API says: they overrule what was learnt.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]] = (),
        names: Iterable[str] = (),
        pods: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        together: dict[str, set[str]] = defaultdict(set)
        for address, name in pairs:
            together[address].add(spelt(name).name)
        self._by_address = {
            address: replace(spelt(found.pop()), address=address)
            for address, found in together.items()
            if len(found) == 1
        }
        self._by_name = {one.name: one for one in self._by_address.values()}
        self._ranks: dict[tuple[str, str], list[Endpoint]] = defaultdict(list)
        for name in sorted({spelt(name).name for name in names}):
            one = spelt(name)
            self._ranks[one.namespace, one.pod].append(one)
        self._pods = pods

    def endpoint(self, text: str) -> Endpoint:
        """The endpoint of a spelling, with both its name and its address where both are known."""
        said = spelt(text)
        if not said.address:
            return self._by_name.get(said.name, said)
        known = self._by_address.get(said.address, said)
        pod = spelt(self._pods.get(_host(said.address), ""))
        if pod.pod and (pod.namespace, pod.pod) != (known.namespace, known.pod):
            ranks = self._ranks.get((pod.namespace, pod.pod), [])
            known = replace(ranks[0] if len(ranks) == 1 else pod, address=said.address)
        return known
