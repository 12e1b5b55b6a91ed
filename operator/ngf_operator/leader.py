"""Which of several replicas reconciles: the holder of a Lease.

The others wait with warm probes. Who cannot renew in time ends: by then another one may have begun.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime

from ngf_operator.client import Api, Refused, Unreachable
from ngf_operator.wanting import Obj

_LOG = logging.getLogger(__name__)


class Lost(Exception):
    """The Lease is not ours any more; the text says why."""


class Leader:
    """One replica's part. ``holder`` is who holds the Lease, "" for nobody known."""

    def __init__(self, api: Api, namespace: str, name: str, identity: str, lasts_s: float) -> None:
        self._api, self._identity, self._lasts_s = api, identity, lasts_s
        self._collection = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._namespace, self._name = namespace, name
        self._path = f"{self._collection}/{name}"
        self._lease: Obj | None = None  # as it was written last, for the next renewal
        self._seen: tuple[str, str] = ("", "")
        self._seen_at = 0.0
        self.holder = ""
        self.trouble = ""

    @property
    def leads(self) -> bool:
        """Whether this replica holds the Lease."""
        return self.holder == self._identity

    async def acquire(self) -> None:
        """Wait until the Lease is ours."""
        while True:
            try:
                if await self._try():
                    _LOG.info("%s leads", self._identity)
                    return
                self.trouble = ""
            except (Refused, Unreachable) as trouble:
                if str(trouble) != self.trouble:
                    _LOG.warning("the Lease cannot be taken: %s", trouble)
                self.trouble = str(trouble)
            await asyncio.sleep(self._lasts_s / 6)

    async def keep(self) -> None:
        """Renew for ever. Raises Lost, a third before another replica may begin."""
        renewed, pause, trouble = time.monotonic(), self._lasts_s / 3, ""
        while True:
            await asyncio.sleep(pause)
            began = time.monotonic()
            left = renewed + self._lasts_s * 2 / 3 - began
            try:
                if left <= 0:
                    raise TimeoutError
                async with asyncio.timeout(left):
                    if not await self._try():
                        self.holder, held_by = "", self.holder
                        raise Lost(f"{held_by or 'Somebody else'} holds the Lease.")
                renewed, pause = began, self._lasts_s / 3
            except (Refused, Unreachable) as error:
                trouble, pause = str(error), self._lasts_s / 15
                _LOG.warning("the Lease cannot be renewed: %s", trouble)
            except TimeoutError:
                self.holder = ""
                why = trouble or "the API server did not answer."
                raise Lost(f"The Lease could not be renewed in time: {why}") from None

    async def release(self) -> None:
        """Let another replica begin at once."""
        if not self.leads:
            return
        try:
            lease = await self._api.get(self._path)
            if lease["spec"].get("holderIdentity") == self._identity:
                lease["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
                await self._api.call("update", "PUT", self._path, lease, seconds=3)
        except (Refused, Unreachable) as trouble:
            _LOG.warning("the Lease could not be released: %s", trouble)
        self.holder = ""

    async def _try(self) -> bool:
        """Take or renew the Lease; False while somebody else's lasts."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        lease, self._lease = self._lease, None
        try:
            lease = lease or await self._api.get(self._path, seconds=self._lasts_s / 3)
        except Refused as refused:
            if refused.status != 404:
                raise
            return await self._create(now)
        spec: Obj = lease.setdefault("spec", {})
        self.holder = str(spec.get("holderIdentity") or "")
        if self.holder and not self.leads and not self._has_run_out(spec):
            return False
        changed_hands = self.holder != self._identity
        spec |= {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": max(1, round(self._lasts_s)),
            "renewTime": now,
        }
        if changed_hands:
            spec["acquireTime"] = now
            spec["leaseTransitions"] = int(spec.get("leaseTransitions") or 0) + 1
        return await self._written("update", "PUT", self._path, lease)

    async def _create(self, now: str) -> bool:
        lease: Obj = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._name, "namespace": self._namespace},
            "spec": {
                "holderIdentity": self._identity,
                "leaseDurationSeconds": max(1, round(self._lasts_s)),
                "acquireTime": now,
                "renewTime": now,
                "leaseTransitions": 0,
            },
        }
        return await self._written("create", "POST", self._collection, lease)

    async def _written(self, verb: str, method: str, path: str, lease: Obj) -> bool:
        try:
            self._lease = await self._api.call(verb, method, path, lease, seconds=self._lasts_s / 3)
        except Refused as refused:
            if refused.status == 409 and not self.leads:
                return False  # another replica was faster
            raise
        self.holder = self._identity
        return True

    def _has_run_out(self, spec: Obj) -> bool:
        """Whether the Lease has stood unrenewed for as long as it lasts, by our own clock."""
        mark = (str(spec.get("holderIdentity")), str(spec.get("renewTime")))
        if mark != self._seen:
            self._seen, self._seen_at = mark, time.monotonic()
        lasts = float(spec.get("leaseDurationSeconds") or self._lasts_s)
        return time.monotonic() - self._seen_at > lasts
