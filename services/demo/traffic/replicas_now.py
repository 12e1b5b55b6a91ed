"""Keeps the objects of a pool in step with its simulated replicas."""

from services.demo.api.seeding import Seeding
from services.demo.traffic import scaling_objects
from services.demo.traffic.autoscaling import Reading
from services.demo.traffic.engines import Engine
from services.demo.traffic.pools import PoolTraffic


class ReplicasNow:
    """One pool and the cluster that it is on."""

    def __init__(self, store: Seeding, pool: PoolTraffic) -> None:
        self._store, self._pool = store, pool
        self._starting: list[Engine] = []
        self._told: Reading | None = None

    def tell_past(self) -> None:
        """Of what happened before the console ran only Events are left."""
        for one in self._pool.scaled:
            scaling_objects.told(self._store, one)
        self._pool.scaled.clear()

    def follow(self, now: float) -> None:
        """Do to the objects what has happened until now."""
        traffic = self._pool
        for scaled in traffic.scaled:
            scaling_objects.scaled_now(self._store, scaled)
            self._starting += scaled.added
        traffic.scaled.clear()
        for engine in [one for one in self._starting if one.gone or one.ready <= now]:
            self._starting.remove(engine)
            if not engine.gone:
                count, ready = len(traffic.replicas.wanted()), len(traffic.replicas.ready(now))
                scaling_objects.started(self._store, traffic.pool, engine, count, ready)
        if traffic.reading is not self._told:
            self._told = traffic.reading
            if traffic.reading:
                scaling_objects.looked(self._store, traffic.pool, traffic.reading)
