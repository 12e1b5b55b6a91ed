"""What one heartbeat says of the cluster.

Every part is read for itself. One that cannot be read is null, and ``missing`` names it with the
reason; it never keeps the others from being sent. Once the API server does not answer, the parts
that follow are not tried: they would wait for the same silence.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from agent import ngf
from agent.accelerators import ACCELERATORS, Accelerator
from agent.counting import GATEWAY_API, KINDS, Catalogue, Kind, count
from agent.gpu_nodes import GpuReader
from agent.kube import KubeApi, KubeError, Object
from agent.probes import NotKnown, average_utilization, probe_addresses

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the agent's own parts are: the operator, and the GPU probes. "" is for none."""

    namespace: str = ""
    operator_selector: str = ""
    probe_selector: str = ""
    probe_port: int = 0
    accelerators: Sequence[Accelerator] = ACCELERATORS


class Reporter:
    """Reads the cluster and says what it found. One thread at a time."""

    def __init__(self, api: KubeApi, scope: Scope, version: str) -> None:
        self._api = api
        self._scope = scope
        self._version = version
        self._missing: dict[str, str] = {}
        self._silent = ""

    def report(self, sequence: int, now: datetime) -> dict[str, Any]:
        """The body of a heartbeat."""
        self._missing, self._silent = {}, ""
        catalogue = Catalogue(self._api)
        kubernetes = self._part("kubernetesVersion", self._kubernetes)
        found = self._part("ngfVersion", lambda: self._ngf(catalogue))
        if found is not None and found.version is None:
            self._missing["ngfVersion"] = found.evidence
        counts = {
            kind.name: self._part(
                f"resourceCounts.{kind.name}", partial(self._count, catalogue, kind)
            )
            for kind in KINDS
        }
        return {
            "kubernetesVersion": kubernetes,
            "ngfVersion": found.version if found else None,
            "ngfEdition": found.edition if found else "unknown",
            "agentVersion": self._version,
            "operatorHealthy": self._part("operatorHealthy", self._operator),
            "resourceCounts": counts,
            "gpuCapacity": self._part("gpuCapacity", lambda: self._gpus(catalogue)),
            "missing": self._missing,
            "timestamp": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "sequence": sequence,
        }

    def _part(self, name: str, read: Callable[[], T]) -> T | None:
        try:
            if self._silent:
                raise KubeError("unreachable", self._silent)
            return read()
        except KubeError as error:
            self._missing[name] = error.reason
            if error.why == "unreachable":
                self._silent = error.reason
        except NotKnown as error:
            self._missing[name] = str(error)
        except Exception as error:  # whatever it is, the other parts are still true
            _LOG.exception("%s could not be read", name)
            self._missing[name] = f"could not be read: {type(error).__name__}"
        return None

    def _kubernetes(self) -> str:
        return str(self._api.get("/version")["gitVersion"])

    def _count(self, catalogue: Catalogue, kind: Kind) -> int:
        return count(self._api, catalogue.path(kind.plural, kind.candidates))

    def _ngf(self, catalogue: Catalogue) -> ngf.Ngf:
        classes = (GATEWAY_API, "v1"), (GATEWAY_API, "v1beta1")
        return ngf.detect(
            self._readable(
                lambda: self._api.list(
                    "/apis/apps/v1/deployments", labelSelector=ngf.CONTROL_PLANE_SELECTOR
                )
            ),
            self._lazily("/api/v1/pods", ngf.GATEWAY_LABEL),
            self._readable(lambda: self._api.list(catalogue.path("gatewayclasses", classes))),
        )

    def _readable(self, read: Callable[[], Iterator[Object]]) -> list[Object] | None:
        """The objects; none where the kind is not installed, None where they are not shown."""
        try:
            return list(read())
        except KubeError as error:
            if error.why in ("absent", "denied"):
                return [] if error.why == "absent" else None
            raise

    def _lazily(self, path: str, selector: str) -> Iterator[Object]:
        """Objects that are only asked for when nothing else tells; nothing where not allowed."""
        yield from self._readable(lambda: self._api.list(path, labelSelector=selector)) or ()

    def _operator(self) -> bool:
        scope = self._scope
        if not (scope.operator_selector and scope.namespace):
            raise NotKnown("no operator is configured")
        pods = self._api.list(
            f"/api/v1/namespaces/{scope.namespace}/pods", labelSelector=scope.operator_selector
        )
        return any(_is_ready(pod) for pod in pods)

    def _gpus(self, catalogue: Catalogue) -> dict[str, Any]:
        found = GpuReader(self._api, catalogue, self._scope.accelerators).capacity()
        average = self._part("gpuCapacity.averageUtilization", lambda: self._busy(found.total))
        return found.as_payload(average)

    def _busy(self, gpus: int) -> float:
        scope = self._scope
        if not gpus:
            raise NotKnown("there are no GPUs")
        if not (scope.probe_selector and scope.namespace):
            raise NotKnown("no GPU probe is configured")
        addresses = probe_addresses(self._api, scope.namespace, scope.probe_selector)
        return average_utilization(addresses, scope.probe_port)


def _is_ready(pod: Object) -> bool:
    said = (pod.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in said)
