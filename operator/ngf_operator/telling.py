"""Events: what the operator did to a parent's children, where ``kubectl describe`` shows it."""

import logging
from datetime import UTC, datetime
from secrets import token_hex

from ngf_operator.client import Api, Refused, Unreachable
from ngf_operator.names import MANAGER
from ngf_operator.wanting import Obj

_LOG = logging.getLogger(__name__)
LONGEST = 1000
"""Characters that an Event may say; the API server takes 1024."""


def stamp() -> str:
    """Now, as objects spell it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Events:
    """Posts Events in the name of one replica. One that cannot be posted is logged, no more."""

    def __init__(self, api: Api, identity: str) -> None:
        self._api, self._identity = api, identity

    async def normal(self, parent: Obj, reason: str, message: str) -> None:
        """Something was done."""
        await self._post(parent, "Normal", reason, message)

    async def warning(self, parent: Obj, reason: str, message: str) -> None:
        """Something is not as it should be."""
        await self._post(parent, "Warning", reason, message)

    async def _post(self, parent: Obj, kind: str, reason: str, message: str) -> None:
        about, now = parent["metadata"], stamp()
        said = message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
        namespace = about["namespace"]
        event: Obj = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{about['name'][:230]}.{token_hex(8)}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": parent["apiVersion"],
                "kind": parent["kind"],
                "namespace": namespace,
                "name": about["name"],
                "uid": about["uid"],
                "resourceVersion": about.get("resourceVersion", ""),
            },
            "type": kind,
            "reason": reason,
            "message": said,
            "source": {"component": MANAGER},
            "reportingComponent": MANAGER,
            "reportingInstance": self._identity,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        _LOG.log(
            logging.INFO if kind == "Normal" else logging.WARNING,
            "%s %s/%s: %s: %s",
            *(parent["kind"], namespace, about["name"], reason, said),
        )
        try:
            await self._api.call("create", "POST", f"/api/v1/namespaces/{namespace}/events", event)
        except (Refused, Unreachable) as trouble:
            _LOG.warning("an Event could not be posted: %s", trouble)
