"""Benchmarks: who may put load on which endpoint, how much at a time, and what came of it.

They run in one thread beside everything else, as coroutines of one loop. What ran is kept in
memory by the replica that ran it; that it ran, and its numbers, stand in the audit log. The key
that an endpoint wants is used and forgotten.
"""

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from services.auth.identity import Identity, Role
from services.clusters.fleet import Fleet
from services.configdb.audit import AuditEvent, AuditLog
from services.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from services.inference import measured
from services.inference.load import Load, Plan
from services.inference.provider import Asked
from services.inference.reach import Reach
from services.inference.results import PoolStatus
from services.kube import addresses
from services.telemetry.answers import Answer

AT_ONCE = 4
KEPT = 20
"""Runs that have ended."""

USERS, SECONDS, PROMPT_TOKENS, MAX_TOKENS = (1, 64), (1, 600), (1, 32_768), (1, 4_096)
"""The least and the most of each."""

Pools = Callable[[Asked], Answer[list[PoolStatus]]]
"""The pools that are asked about, of those that there are."""

State = Literal["running", "done", "cancelled", "failed"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants measured. ``endpoint`` is the base URL of an OpenAI-compatible API, such
    as https://llm.example/v1, or the URL of its completions."""

    pool: str
    endpoint: str
    model: str
    concurrent_users: int = 10
    duration_s: int = 30
    prompt_tokens: int = 128
    max_tokens: int = 128
    api_key: str = field(default="", repr=False)

    def plan(self, reach: Reach) -> Plan:
        """What is asked for. Raises Invalid with the field and the rule."""
        _check_address(self.endpoint, reach)
        for name, value, (least, most) in (
            ("concurrentUsers", self.concurrent_users, USERS),
            ("durationSec", self.duration_s, SECONDS),
            ("promptTokens", self.prompt_tokens, PROMPT_TOKENS),
            ("maxTokens", self.max_tokens, MAX_TOKENS),
        ):
            if not least <= value <= most:
                raise Invalid.of(name, f"must be between {least:,} and {most:,}")
        if not self.model.strip() or len(self.model) > 253:
            raise Invalid.of("model", "must have 1 to 253 characters")
        if not self.api_key.isascii() or not self.api_key.isprintable():
            raise Invalid.of("apiKey", "must be printable characters of ASCII")
        return Plan(
            url=completions(self.endpoint),
            model=self.model,
            users=self.concurrent_users,
            seconds=self.duration_s,
            prompt_tokens=self.prompt_tokens,
            max_tokens=self.max_tokens,
            reach=reach,
            api_key=self.api_key,
        )


@dataclass(slots=True)
class Run:
    """One benchmark of somebody on a pool."""

    id: str
    who: Identity
    pool: PoolStatus
    order: Order
    load: Load
    started: datetime
    state: State = "running"
    ended: datetime | None = None
    task: "asyncio.Task[None] | None" = None
    following: "asyncio.Task[None] | None" = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def told(self) -> dict[str, Any]:
        """What was asked for, without the key."""
        order = asdict(self.order)
        del order["api_key"]
        return order


class Benchmarks:
    """Those that run and the last that did; who may not see the namespace of a pool sees none of
    them."""

    def __init__(
        self, fleet: Fleet, audit: AuditLog, pools: Pools, reach: Reach, host: str = ""
    ) -> None:
        self._fleet, self._audit, self._pools, self._reach = fleet, audit, pools, reach
        self._host = host or socket.gethostname()
        self._starting, self._lock = threading.Lock(), threading.Lock()
        self._runs: dict[str, Run] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, who: Identity, cluster: str, order: Order) -> Run:
        """Begin; returns at once.

        Raises Denied below operator, NotFound for a cluster out of sight, Invalid for a pool that
        is not there or out of sight and for an endpoint that is not called, Conflict while another
        of this user runs or too many of all, Unavailable where it cannot be written down.
        """
        self._fleet.visible(who, cluster)
        who.require(Role.OPERATOR, cluster=cluster)
        load = Load(order.plan(self._reach))
        pool = self._pool(who, cluster, order.pool)
        run = Run(secrets.token_hex(8), who, pool, order, load, datetime.now(UTC))
        with self._starting:
            self._check_room(who)
            self._record(run, "benchmark", {**run.told, "id": run.id})
            with self._lock:
                self._runs[run.id] = run
                self._forget()
                self._running_loop().call_soon_threadsafe(self._begin, run)
        return run

    def get(self, who: Identity, cluster: str, run_id: str) -> dict[str, Any]:
        """State, progress and, once it has ended, the result. Raises NotFound."""
        run = self._visible(who, cluster, run_id)
        ended = run.state != "running"
        return {
            "id": run.id,
            "cluster": run.pool.cluster,
            "namespace": run.pool.namespace,
            "pool": run.pool.name,
            "state": run.state,
            "startedBy": run.who.name,
            "startedAt": run.started.isoformat(),
            "endedAt": run.ended.isoformat() if run.ended else None,
            "endpoint": run.load.plan.url,
            "model": run.order.model,
            "concurrentUsers": run.order.concurrent_users,
            "durationSec": run.order.duration_s,
            "promptTokens": run.order.prompt_tokens,
            "maxTokens": run.order.max_tokens,
            "progress": measured.progress(run.load),
            "result": self._result(run) if ended else None,
        }

    def list(self, who: Identity, cluster: str | None = None) -> list[dict[str, Any]]:
        """Those of a cluster, or of all that may be seen, newest first, without their timelines.

        Raises NotFound for a cluster out of sight.
        """
        if cluster is not None:
            self._fleet.visible(who, cluster)
        with self._lock:
            runs = [one for one in self._runs.values() if cluster in (None, one.pool.cluster)]
        return [
            {
                "id": one.id,
                "cluster": one.pool.cluster,
                "namespace": one.pool.namespace,
                "pool": one.pool.name,
                "state": one.state,
                "startedBy": one.who.name,
                "startedAt": one.started.isoformat(),
                "endpoint": one.load.plan.url,
                "model": one.order.model,
                "concurrentUsers": one.order.concurrent_users,
            }
            for one in sorted(runs, key=lambda one: one.started, reverse=True)
            if who.may_see(one.pool.cluster, one.pool.namespace)
        ]

    def cancel(
        self, who: Identity, cluster: str, run_id: str, wait_s: float = 5.0
    ) -> dict[str, Any]:
        """End a run that is under way; what it has measured stays.

        Raises NotFound, Denied for somebody else's unless by an admin, Conflict once it has ended.
        """
        run = self._visible(who, cluster, run_id)
        if run.who.name != who.name and who.role is not Role.ADMIN:
            raise Denied("Only who started a benchmark, and admins, cancel it.")
        if run.state != "running" or self._loop is None:
            raise Conflict("The benchmark has ended.", code="ended")
        self._loop.call_soon_threadsafe(_cancel, run)
        run.over.wait(wait_s)
        return self.get(who, cluster, run_id)

    def stop(self) -> None:
        """Cancel all that run, end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop and thread:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=10)

    def _visible(self, who: Identity, cluster: str, run_id: str) -> Run:
        self._fleet.visible(who, cluster)
        run = self._runs.get(run_id)
        if (
            run is None
            or run.pool.cluster != cluster
            or not who.may_see(cluster, run.pool.namespace)
        ):
            raise NotFound(
                f"There is no benchmark {run_id} here; the replica that ran it keeps the last"
                f" {KEPT} until it stops.",
                id=run_id,
            )
        return run

    def _pool(self, who: Identity, cluster: str, named: str) -> PoolStatus:
        namespace, _, name = named.rpartition("/")
        seen = None if who.namespaces is None else tuple(sorted(who.namespaces))
        found = self._pools(Asked((cluster,), seen, name, namespace)).value
        if not found:
            raise Invalid.of("pool", f"must be an inference pool of {cluster}")
        if len(found) > 1:
            raise Invalid.of("pool", "must be namespace/name: several namespaces have such a pool")
        return found[0]

    def _check_room(self, who: Identity) -> None:
        with self._lock:
            running = [one for one in self._runs.values() if one.state == "running"]
        own = next((one for one in running if one.who.name == who.name), None)
        if own:
            raise Conflict("A benchmark of yours is running already.", code="busy", id=own.id)
        if len(running) >= AT_ONCE:
            raise Conflict(f"{AT_ONCE} benchmarks are running already.", code="busy")

    def _forget(self) -> None:
        """The oldest of those that have ended, beyond what is kept."""
        ended = sorted(
            (one for one in self._runs.values() if one.state != "running"),
            key=lambda one: one.started,
        )
        for run in ended[:-KEPT]:
            del self._runs[run.id]

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=_serve, args=(self._loop,), name="benchmarks", daemon=True
            )
            self._thread.start()
        return self._loop

    def _begin(self, run: Run) -> None:
        # The load is a task of its own: one that is cancelled before its first step never takes it.
        loop = asyncio.get_running_loop()
        run.task = loop.create_task(run.load.run())
        run.following = loop.create_task(self._follow(run, run.task))

    async def _follow(self, run: Run, load: "asyncio.Task[None]") -> None:
        state: State = "failed"
        try:
            await load
            state = "done"
        except asyncio.CancelledError:
            state = "cancelled"
        except Exception:
            _log.exception("a benchmark failed", id=run.id)
        run.state, run.ended = state, datetime.now(UTC)
        run.over.set()
        with suppress(asyncio.CancelledError):  # of a console that stops
            await asyncio.to_thread(self._record_end, run)

    def _record_end(self, run: Run) -> None:
        result = self._result(run)
        kept = {name: value for name, value in result.items() if name != "timeline"}
        try:
            self._record(run, "benchmark ended", {"id": run.id, "state": run.state, **kept})
        except Unavailable as error:
            _log.error("the end of a benchmark is not audited", id=run.id, reason=error.message)

    def _record(self, run: Run, verb: str, after: Mapping[str, Any]) -> None:
        failed = run.state == "failed"
        self._audit.record(
            AuditEvent(
                actor=run.who.name,
                role=str(run.who.role),
                address=run.who.address,
                verb=verb,
                outcome="failed" if failed else "done",
                error="The console could not go on; its log has the cause." if failed else "",
                cluster=run.pool.cluster,
                kind="benchmarks",
                namespace=run.pool.namespace,
                name=run.pool.name,
                after=after,
            )
        )

    def _result(self, run: Run) -> dict[str, Any]:
        return {"pool": run.pool.name, **measured.result(run.load, self._host)}


def completions(endpoint: str) -> str:
    """The URL that takes the questions.

    >>> completions("https://llm.example/"), completions("http://10.0.0.5:8000/v1/completions")
    ('https://llm.example/v1/chat/completions', 'http://10.0.0.5:8000/v1/completions')
    """
    base = endpoint.rstrip("/")
    if base.endswith("/completions"):
        return base
    last = urlsplit(base).path.rpartition("/")[2]
    versioned = last[:1] == "v" and last[1:].isdigit()
    return f"{base}/chat/completions" if versioned else f"{base}/v1/chat/completions"


def _check_address(endpoint: str, reach: Reach) -> None:
    host = addresses.host_of(endpoint)
    if not host:
        raise Invalid.of("endpoint", "must be the http:// or https:// URL of an API")
    parts = urlsplit(endpoint)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Invalid.of("endpoint", "must be an address without credentials, query or fragment")
    if problem := reach.problem(host):
        raise Invalid.of("endpoint", problem)


def _cancel(run: Run) -> None:
    if run.task:
        run.task.cancel()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
