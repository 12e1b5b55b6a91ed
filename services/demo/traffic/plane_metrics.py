"""What an NGF data plane shows on ``/metrics``: requests and connections, nothing of routes, of
statuses, or of latencies. The scrape itself is a request, too.
"""

from random import Random

from services.demo.traffic.flows import Plane
from services.demo.traffic.series import Target

OUTCOMES = ("ACTIVE", "READING", "WRITING", "WAITING")


class PlaneMetrics:
    """The series of one pod."""

    def __init__(self, plane: Plane, chance: Random) -> None:
        self._chance = chance
        labels = {
            "pod": plane.pod,
            "namespace": plane.namespace,
            "node": plane.node,
            "gateway": plane.gateway,
            "instance_id": "e8d1bda6-397e-3b98-a179-e500ff99fbc7",
            "instance_type": "nginx",
        }
        self.target = Target("gateways", f"{plane.pod}:9113", labels)
        before = float(chance.randrange(200_000, 4_000_000))
        self._requests = self.target.counter("nginx_http_requests_total").add(before)
        self._connections = {
            outcome: self.target.gauge(
                "nginx_http_connection_count_connections", nginx_connections_outcome=outcome
            )
            for outcome in OUTCOMES
        }

    def show(self, served: int, seconds: float) -> None:
        """So many requests in the last ``seconds``."""
        self._requests.add(served + 1)
        writing = 1 + int(served / seconds * self._chance.uniform(0.05, 0.3))
        waiting = int(served / seconds * self._chance.uniform(1.5, 4))
        for outcome, value in zip(OUTCOMES, (writing + waiting, 0, writing, waiting), strict=True):
            self._connections[outcome].value = value
