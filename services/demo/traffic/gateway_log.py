"""The access logs of a cluster's gateways: lines by pod, and how many requests each pod counted."""

from collections import Counter

from services.demo.traffic.access_log import AccessLine
from services.demo.traffic.exports import Outbox, Resource
from services.demo.traffic.flows import Plane


class GatewayLog:
    """Where data planes write. ``served`` counts requests by namespace/pod as NGINX does: one that
    it hands to a socket of its own, because there is no backend, counts twice."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._resources: dict[str, Resource] = {}
        self.served: Counter[str] = Counter()

    def write(self, plane: Plane, at: float, line: AccessLine) -> None:
        """A request is over."""
        place = plane.place
        self.served[place] += 2 if line.uaddr.startswith("unix:") else 1
        if place not in self._resources:
            self._resources[place] = Resource(
                {
                    "k8s.namespace.name": plane.namespace,
                    "k8s.pod.name": plane.pod,
                    "k8s.node.name": plane.node,
                    "k8s.container.name": "nginx",
                    "ngf.gateway": plane.gateway,
                }
            )
        self._outbox.line(self._resources[place], at, line.text())
