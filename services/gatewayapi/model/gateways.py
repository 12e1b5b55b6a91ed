"""Gateways with the listeners they really have: their own and those of ListenerSets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object, Ref


@dataclass(slots=True)
class Listener:
    """One listener of a gateway.

    ``owner`` is the Gateway or the ListenerSet that it is written in, ``index`` its place there.
    ``hostname`` is lower case, "" for all. ``kinds`` are the route kinds that it takes (of those
    its protocol can carry). ``faults`` are what is wrong with it, worst first; one with a fault
    that keeps it from taking traffic is not ``usable``.
    """

    gateway: Ref
    owner: Ref
    index: int
    name: str
    port: int
    protocol: str
    hostname: str
    tls_mode: str
    kinds: tuple[str, ...]
    faults: tuple[Fault, ...]
    usable: bool
    spec: Object

    @property
    def id(self) -> tuple[Ref, str]:
        """Names it within a cluster, for good."""
        return self.owner, self.name


@dataclass(slots=True)
class ListenerSet:
    """A ListenerSet. ``gateway`` is the one that it names, also when that does not take it.

    ``fault`` is why it is not accepted; then its ``listeners`` are none of the gateway's, unless
    the fault is that they are all invalid.
    """

    ref: Ref
    obj: Object
    gateway: Ref
    fault: Fault | None
    listeners: tuple[Listener, ...]


@dataclass(slots=True)
class Gateway:
    """A gateway with its ``listeners`` in order of precedence: its own as written, then those of
    its ListenerSets, older sets first, then by namespace and name.

    ``controller`` is its class's controllerName, "" when no controller takes it; ``ngf`` whether
    NGF's own ways hold for it. ``listener_sets`` are those that were accepted. ``faults`` are its
    own, not those of its listeners; without a controller, or with parameters that it refuses, it
    is not ``usable``. ``settings`` are those of NginxProxy that hold for it, None where they are
    not known or it is not NGF's.
    """

    ref: Ref
    obj: Object
    class_name: str
    controller: str
    ngf: bool
    listeners: tuple[Listener, ...]
    listener_sets: tuple[Ref, ...]
    faults: tuple[Fault, ...]
    usable: bool
    settings: Mapping[str, Any] | None = None
