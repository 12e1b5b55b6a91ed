"""Which listeners take a route, and the first rule that says no for each that does not."""

from dataclasses import dataclass

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.names import Object, Ref


@dataclass(slots=True)
class Attachment:
    """One route and one listener that one of its parentRefs means.

    ``hostnames`` are those under which the route gets requests here (its own met with the
    listener's; ("",) where neither names one), () when it is refused. ``fault`` is the first rule
    that says no, None when it is attached.
    """

    route: Ref
    listener: Listener
    hostnames: tuple[str, ...]
    fault: Fault | None

    @property
    def attached(self) -> bool:
        """Whether the route gets requests from this listener."""
        return self.fault is None


@dataclass(slots=True)
class Parent:
    """One parentRef of a route.

    ``gateway`` is the Gateway it leads to (by way of a ListenerSet where it names one), None where
    there is none in the model. ``fault`` says why no listener took the route, with the reason that
    a conformant controller writes under ``Accepted``; None when at least one did.
    """

    index: int
    spec: Object
    target: Ref
    section: str
    port: int | None
    gateway: Ref | None
    attachments: tuple[Attachment, ...]
    fault: Fault | None
