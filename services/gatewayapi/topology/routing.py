"""Where traffic goes: routes on their listeners, the backends of their rules, and pods."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.gatewayapi.conditions import Verdict
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.backends import Backend
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.parsing import backend as parsed
from services.gatewayapi.model.routes import BackendRef, Route
from services.gatewayapi.topology.collecting import Collection, id_of, stand
from services.gatewayapi.topology.endpoints import Endpoints
from services.gatewayapi.topology.frontends import listener_id
from services.gatewayapi.topology.graph import Node
from services.gatewayapi.topology.standing import Verdicts, faulty

HOLDERS = ("Gateway", "ListenerSet")
"""What a route can be attached to here; a route of a mesh hangs on a Service."""
_KINDS = {"Service": "services", "InferencePool": "inferencepools"}


class Routing:
    """Adds routes to a collection, one after the other."""

    def __init__(
        self,
        found: Collection,
        model: Model,
        verdicts: Verdicts,
        endpoints: Endpoints,
        *,
        pods: bool,
    ) -> None:
        self._found, self._model = found, model
        self._verdicts, self._endpoints = verdicts, endpoints
        self._pods = pods
        self._behind: set[str] = set()

    def add(self, ref: Ref, route: Route) -> bool:
        """A route with all it leads to; False where no gateway leads to it."""
        parents = [one for one in self._model.parents(ref) if one.target.kind in HOLDERS]
        if not parents:
            return False
        node = Node(id_of(ref), ref.kind.lower(), ref.name, ref.namespace, ref=ref)
        node = self._found.put(node, self._verdicts.route(ref, route.obj))
        hosts: dict[str, None] = {}
        for parent in parents:
            self._attach(node, parent, hosts)
        node.hosts = tuple(hosts)
        if first := next(iter(node.hosts or route.hostnames), ""):
            node.metadata["hostname"] = first
        seen = [one for one in parents if self._found.sees((one.gateway or one.target).namespace)]
        refused = [one.fault for one in seen if one.fault]
        if refused:
            wholly = len(refused) == len(parents)
            word = "Not attached" if wholly else "Partly attached"
            stand(node, faulty(refused[0], "err" if wholly else "warn", word))
        for rule in route.rules:
            total = sum(one.weight for one in rule.backends)
            for spec in rule.backends:
                share = 100 * spec.weight / total if total and len(rule.backends) > 1 else None
                self._lead(node, ref, spec, "backendRef", share)
            for spec in _mirrors(ref, rule.index, rule.obj):
                self._lead(node, ref, spec, "requestMirror", None)
        return True

    def _attach(self, node: Node, parent: Parent, hosts: dict[str, None]) -> None:
        found = self._found
        gateway = parent.gateway
        if gateway is None:
            self._nowhere(node, parent)
            return
        if not found.sees(gateway.namespace):
            found.join(found.absent(gateway, "hidden").id, node.id, "parentRef")
            return
        refused = []
        for one in parent.attachments:
            name = listener_id(one.listener)
            if name not in found.nodes:
                continue  # of a gateway that is not asked about, or in a hidden listener set
            if one.attached:
                dead = "" if one.listener.usable else _why_dead(one.listener)
                found.join(name, node.id, "parentRef", broken=dead)
                hosts.update({} if dead else dict.fromkeys(one.hostnames))
            else:
                refused.append(name)
        taken = [one.listener for one in parent.attachments if one.attached]
        if taken and not any(one.usable for one in taken):
            said = f"Listener {taken[0].name}, which has it, takes no traffic."
            stand(node, Verdict("warn", "Not reached", _why_dead(taken[0]), said))
        if parent.fault and not taken and id_of(gateway) in found.nodes:
            named = self._named(parent)
            above = named or (refused[0] if len(refused) == 1 else id_of(gateway))
            found.join(above, node.id, "parentRef", broken=parent.fault.reason)

    def _named(self, parent: Parent) -> str:
        """The node of the listener that a parentRef names, "" for none."""
        gateway = self._model.gateways.get(parent.gateway.key) if parent.gateway else None
        for one in gateway.listeners if gateway and parent.section else ():
            if (one.owner, one.name) == (parent.target, parent.section):
                name = listener_id(one)
                return name if name in self._found.nodes else ""
        return ""

    def _nowhere(self, node: Node, parent: Parent) -> None:
        found, target = self._found, parent.target
        if not found.sees(target.namespace):
            found.join(found.absent(target, "hidden").id, node.id, "parentRef")
            return
        name = id_of(target)
        if name not in found.nodes:
            if not self._model.world.knows(
                "gateways" if target.kind == "Gateway" else "listenersets"
            ):
                return
            said = parent.fault.message if parent.fault else f"{target} does not exist."
            found.absent(target, "missing", said)
        reason = parent.fault.reason if parent.fault else "not found"
        found.join(name, node.id, "parentRef", broken=reason)

    def _lead(self, node: Node, ref: Ref, spec: BackendRef, type: str, share: float | None) -> None:
        found, target = self._found, spec.ref
        name = id_of(target)
        if not found.sees(target.namespace):
            found.join(node.id, found.absent(target, "hidden").id, type, weight=share)
            return
        backend = self._model.backend(ref, spec)
        if fault := backend.fault:
            denied = fault.reason == "RefNotPermitted"
            there = target.key in self._model.world.of(_KINDS.get(target.kind, ""))
            if name not in found.nodes:
                if there and not denied:
                    self._put_backend(target, backend)
                else:
                    found.absent(target, "denied" if denied else "missing", fault.message)
            stand(node, faulty(fault, "warn", "Broken reference"))
            found.join(node.id, name, type, weight=share, broken=fault.reason)
            return
        self._put_backend(target, backend)
        if backend.status is not None:
            said = f"{target} has no ready endpoint: requests get {backend.status}."
            stand(node, Verdict("warn", "No ready endpoint", str(backend.status), said))
        found.join(node.id, name, type, weight=share)

    def _put_backend(self, target: Ref, backend: Backend) -> None:
        name = id_of(target)
        if name in self._behind:
            return
        self._behind.add(name)
        obj = self._model.world.of(_KINDS.get(target.kind, "")).get(target.key) or {}
        spec: Mapping[str, Any] = obj.get("spec") or {}
        node = Node(name, target.kind.lower(), target.name, target.namespace, ref=target)
        if target.kind == "Service":
            node.metadata["type"] = str(spec.get("type") or "ClusterIP")
            if spec.get("clusterIP"):
                node.metadata["clusterIP"] = str(spec["clusterIP"])
        behind = self._endpoints.of(target)
        ready, total = backend.ready, backend.total
        if behind is not None:
            ready, total = sum(one.ready for one in behind), len(behind)
        self._found.put(node, _of_endpoints(node, ready, total))
        for one in (behind or ()) if self._pods else ():
            pod = Node(f"{one.type}/{target.namespace}/{one.name}", one.type, one.name, "")
            pod.namespace = target.namespace
            verdict = (
                Verdict("ok", "Ready") if one.ready else Verdict("warn", "Not ready", one.reason)
            )
            self._found.put(pod, verdict)
            self._found.join(name, pod.id, "endpoint", broken="" if one.ready else "not ready")


def _why_dead(listener: Listener) -> str:
    """Why nothing comes in at a listener that has routes nonetheless."""
    return listener.faults[0].reason if listener.faults else "not programmed"


def _of_endpoints(node: Node, ready: int | None, total: int | None) -> Verdict:
    if ready is None or total is None:
        if node.metadata.get("type") == "ExternalName":
            node.note = "external"
            return Verdict("ok", "External name")
        return Verdict("unknown", "Not known", "endpoints were not read")
    node.metadata |= {"ready": str(ready), "total": str(total)}
    if not ready:
        node.note = "0 ready"
        said = f"None of {total} is ready." if total else "Nothing is behind it."
        return Verdict("err", "No ready endpoint", "", said)
    node.note = f"{total} pod{'s' if total != 1 else ''}"
    if ready < total:
        node.note = f"{ready} of {total}"
        said = f"{total - ready} of {total} are not ready."
        return Verdict("warn", "Partly ready", f"{total - ready} not ready", said)
    return Verdict("ok", "Ready")


def _mirrors(ref: Ref, index: int, rule: Mapping[str, Any]) -> Iterator[BackendRef]:
    """HTTPRouteFilter.requestMirror: what gets a copy of each request."""
    for at, one in enumerate(rule.get("filters") or ()):
        spec = (one.get("requestMirror") or {}).get("backendRef")
        if one.get("type") == "RequestMirror" and isinstance(spec, dict):
            field = f"spec.rules[{index}].filters[{at}].requestMirror.backendRef"
            yield parsed(ref.namespace, spec, field)
