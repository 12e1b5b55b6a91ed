"""Live topics as WebSockets: ``/api/v1/ws/inference/{topic}``, also below a cluster's path.

A message is ``{topic, timestamp, data}``. In the place of ``data``, ``lost`` says how many messages
came too fast for this socket, and ``problem`` why nothing comes at the moment (null: it comes
again). ``?cluster=`` (repeated for several) and ``?pool=`` (a name, or ``namespace/name``) narrow
what is heard; without them it is everything that the identity may see. What the client says is not
read. Guard, origin, close codes and length of life are those of ``/ws`` (:mod:`api.sockets`).
"""

import time
from dataclasses import dataclass, field

from flask import Flask, g, request
from flask_sock import Sock
from simple_websocket import Server

from api.guard import current_identity, renewed_identity
from api.openapi import V1
from api.pool_scope import POOL_LENGTH
from api.sockets import LIFETIME_S, ended
from services.container import Container
from services.errors import Invalid
from services.inference.provider import Asked, no_pool
from services.realtime.scope import Scope
from services.realtime.subscription import Subscription
from services.realtime.topics import Topics, envelope

PATH = f"{V1}/ws/inference/<topic>"
OF_CLUSTER = f"{V1}/clusters/<cluster>/ws/inference/<topic>"
RENEW_S = 5.0
"""How often it is asked again who is behind a socket, and what that one may hear."""


def register(server: Flask, sock: Sock, container: Container) -> None:
    """Serve every topic on ``server``."""

    @server.before_request
    def find() -> None:
        """What is wrong with the address is said in HTTP, before the handshake."""
        if request.url_rule and request.url_rule.rule in (PATH, OF_CLUSTER):
            named = request.view_args or {}
            container.topics.topic(named["topic"])
            g.wanted = _wanted(named.get("cluster", ""))
            who = current_identity()
            for cluster in g.wanted[0]:
                container.fleet.visible(who, cluster)
            _check_pool(container, Scope.of(who, *g.wanted))

    def stream(socket: Server, topic: str, cluster: str = "") -> None:
        who = current_identity()
        turn = _Turn(container, Scope.of(who, *g.wanted))

        def run() -> None:
            with container.topics.listen(topic, turn.scope, who) as subscription:
                socket.sock.when_closed(subscription.end)
                _pump(socket, topic, subscription, turn, container.topics)

        container.topics.note(topic, closed=ended(socket, run))

    sock.route(PATH, endpoint="live")(stream)
    sock.route(OF_CLUSTER, endpoint="live-of-cluster")(stream)


def _wanted(cluster: str) -> tuple[frozenset[str], str]:
    """The clusters and the pool that a request names. Raises Invalid."""
    given = request.args
    for name in set(given) - {"cluster", "pool"}:
        raise Invalid.of(name, "is not a parameter of a topic; there are cluster and pool")
    if len(given.getlist("pool")) > 1:
        raise Invalid.of("pool", "must be given once")
    if len(given.get("pool", "")) > POOL_LENGTH:
        raise Invalid.of("pool", f"must have at most {POOL_LENGTH} characters")
    clusters = frozenset(filter(None, [cluster, *given.getlist("cluster")]))
    if cluster and clusters != {cluster}:
        raise Invalid.of("cluster", f"must be {cluster}, as in the path, or left out")
    return clusters, given.get("pool", "")


def _check_pool(container: Container, scope: Scope) -> None:
    """Raise NotFound for a pool that is nowhere in a scope."""
    if not scope.pool:
        return
    namespace, _, name = scope.pool.rpartition("/")
    clusters, namespaces = (
        None if some is None else tuple(sorted(some)) for some in (scope.clusters, scope.namespaces)
    )
    asked = Asked(clusters, namespaces, name, namespace)
    if not container.metrics.list_pools(asked).value:
        raise no_pool(asked)


@dataclass
class _Turn:
    """How long a socket may go on: until it is old, or may hear something else by now."""

    container: Container
    scope: Scope
    born: float = field(default_factory=time.monotonic)
    asked: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds until the next question; 0 when the turn is over. Raises Unauthenticated."""
        now = time.monotonic()
        if now >= self.asked + RENEW_S:
            self.asked = now
            if Scope.of(renewed_identity(self.container), *g.wanted) != self.scope:
                return 0.0
        if now >= self.born + LIFETIME_S:
            return 0.0
        return self.asked + RENEW_S - now


def _pump(
    socket: Server, topic: str, subscription: Subscription[str], turn: _Turn, topics: Topics
) -> None:
    """Send until the stream or the turn ends.

    Raises ConnectionClosed, OSError, Unauthenticated.
    """
    while not subscription.closed and (left := turn.left):
        lost, messages = subscription.take_counted(left)
        if lost:
            topics.note(topic, lost=lost)
            socket.send(envelope(topic, lost=lost))
        for message in messages:
            if not turn.left:
                return
            socket.send(message)
            topics.note(topic, sent=1)
