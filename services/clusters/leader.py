"""Which replica does what must be done once: the holder of a Lease on the hub.

The election is the kubernetes package's. What it needs of a lock is here, over our own client: the
package's own lock would bring a second transport and its credentials. A leader that is killed is
replaced when its lease has run out, ten seconds after its last renewal; one that stops gives it up.
"""

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import structlog
from kubernetes.leaderelection.electionconfig import Config
from kubernetes.leaderelection.leaderelection import LeaderElection
from kubernetes.leaderelection.leaderelectionrecord import LeaderElectionRecord

from services.errors import ConsoleError
from services.kube.client import KubeClient

NAME = "ngf-console"
LEASE_SECONDS = 10
RENEW_SECONDS = 6
"""How long a leader tries to renew before it gives up; less than the lease, so it never doubts."""
RETRY_SECONDS = 2
ELECTION = "leader-election"
"""Name of the thread."""

_log = structlog.get_logger(__name__)


class Leadership:
    """Takes part in the election from ``start`` to ``stop``; ``leads`` is true while it is won."""

    def __init__(
        self,
        client: Callable[[], KubeClient],
        namespace: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.identity = f"{socket.gethostname()}_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        self._lock = _LeaseLock(client, namespace, self.identity, clock)
        self._clock = clock
        self._leads = threading.Event()
        self._thread = threading.Thread(target=self._run, name=ELECTION, daemon=True)

    @property
    def leads(self) -> bool:
        """Whether this replica is to do what is done once.

        Not by the election alone: a call that hangs would keep it from noticing a lost lease.
        """
        held = self._leads.is_set() and not self._lock.closed.is_set()
        return held and self._clock() - self._lock.renewed < LEASE_SECONDS

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Lead no more, and let another lead at once."""
        self._lock.closed.set()
        self._lock.release()

    def _run(self) -> None:
        while not self._lock.closed.is_set():
            try:
                self._take_part()
            except _Closed:
                break
            except Exception:
                _log.exception("the election failed")
            self._leads.clear()
            self._lock.closed.wait(RETRY_SECONDS)

    def _take_part(self) -> None:
        """Until the lead was won and lost again."""
        config = Config(
            self._lock,
            lease_duration=LEASE_SECONDS,
            renew_deadline=RENEW_SECONDS,
            retry_period=RETRY_SECONDS,
            onstarted_leading=self._won,
            onstopped_leading=self._lost,
        )
        LeaderElection(config).run()

    def _won(self) -> None:
        _log.info("leads", identity=self.identity)
        self._leads.set()

    def _lost(self) -> None:
        _log.warning("leads no more", identity=self.identity)


class _Closed(Exception):
    """Ends an election, which has no other end."""


class _LeaseLock:
    """A ``coordination.k8s.io/v1`` Lease, as the package's election wants a lock to be.

    It answers False for what failed, and on ``get`` an error with ``body`` and ``reason``.
    """

    def __init__(
        self,
        client: Callable[[], KubeClient],
        namespace: str,
        identity: str,
        clock: Callable[[], float],
    ) -> None:
        self.name, self.namespace, self.identity = NAME, namespace, identity
        self.closed = threading.Event()
        self.renewed = float("-inf")
        self._writing = threading.Lock()
        self._client, self._clock = client, clock
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._lease: dict[str, Any] = {}

    def get(self, name: str, namespace: str) -> tuple[bool, Any]:
        self._refuse_closed()
        try:
            lease = self._client().get(f"{self._path}/{name}")
        except ConsoleError as error:
            said = SimpleNamespace(body=json.dumps({"code": error.status}), reason=error.message)
            return False, said
        with self._writing:
            self._refuse_closed()
            self._lease = lease
        spec = self._lease.get("spec") or {}
        return True, LeaderElectionRecord(
            spec.get("holderIdentity") or None,
            spec.get("leaseDurationSeconds"),
            _local(spec.get("acquireTime")),
            _local(spec.get("renewTime")),
        )

    def create(self, name: str, namespace: str, election_record: LeaderElectionRecord) -> bool:
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": name, "namespace": namespace},
            "spec": _spec(election_record),
        }
        with self._writing:
            self._refuse_closed()
            return self._write("POST", self._path, body)

    def update(self, name: str, namespace: str, updated_record: LeaderElectionRecord) -> bool:
        with self._writing:
            self._refuse_closed()
            spec = {**(self._lease.get("spec") or {}), **_spec(updated_record)}
            return self._write("PUT", f"{self._path}/{name}", {**self._lease, "spec": spec})

    def release(self) -> None:
        """Name no holder, so that the next candidate does not wait for the end of the lease.

        A renewal that is under way is awaited: the lease would be kept by it, or taken back.
        """
        with self._writing:
            spec = self._lease.get("spec") or {}
            if spec.get("holderIdentity") == self.identity:
                spec = {**spec, "holderIdentity": ""}
                self._write("PUT", f"{self._path}/{self.name}", {**self._lease, "spec": spec})

    def _refuse_closed(self) -> None:
        if self.closed.is_set():
            raise _Closed

    def _write(self, method: str, path: str, body: dict[str, Any]) -> bool:
        began = self._clock()
        try:
            self._lease = self._client().request(method, path, body=body)
        except ConsoleError as error:
            _log.info("the lease was not written", reason=error.message)
            return False
        self.renewed = began
        return True


def _spec(record: LeaderElectionRecord) -> dict[str, Any]:
    return {
        "holderIdentity": record.holder_identity,
        "leaseDurationSeconds": int(record.lease_duration),
        "acquireTime": _utc(record.acquire_time),
        "renewTime": _utc(record.renew_time),
    }


def _utc(local: str) -> str:
    """The election's times are local and without a zone; those of a Lease are UTC."""
    return datetime.fromisoformat(local).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _local(utc: str | None) -> str | None:
    if not utc:
        return None
    return str(datetime.fromisoformat(utc).astimezone().replace(tzinfo=None))
