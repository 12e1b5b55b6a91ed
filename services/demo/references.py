"""Whether what demo objects point at exists and may be pointed at: certificates, backends, filters.

The answers carry NGF's reasons. The certificate of a listener may be expired: NGF serves it.
"""

from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]
Key = tuple[str, str]
World = Callable[[str], Mapping[Key, Object]]
"""Objects of a kind by (namespace, name)."""
Verdict = tuple[str, str, str]
"""Status, reason and message of a condition."""

CONTROLLER = "gateway.nginx.org/nginx-gateway-controller"
RESOLVED: Verdict = ("True", "ResolvedRefs", "All references are resolved")
_BACKENDS = {"Service": "services", "InferencePool": "inferencepools"}
_FILTERS = {"SnippetsFilter": "snippetsfilters", "AuthenticationFilter": "authenticationfilters"}


def condition(kind: str, generation: int, verdict: Verdict) -> dict[str, Any]:
    """A condition without its transition time, which depends on what was there before."""
    status, reason, message = verdict
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
    }


def generation(obj: Object) -> int:
    """The generation of the object that a condition speaks of."""
    return int(obj["metadata"].get("generation", 1))


def granted(world: World, source: tuple[str, str], target: tuple[str, str, Key]) -> bool:
    """Whether ``source`` (kind, namespace) may refer to ``target`` (kind, group, place)."""
    kind, namespace = source
    target_kind, group, place = target
    if place[0] == namespace:
        return True
    for (where, _), grant in world("referencegrants").items():
        spec = grant["spec"]
        if (
            where == place[0]
            and any(f["kind"] == kind and f["namespace"] == namespace for f in spec["from"])
            and any(
                t["kind"] == target_kind
                and t["group"] == group
                and t.get("name", place[1]) == place[1]
                for t in spec["to"]
            )
        ):
            return True
    return False


def certificates(world: World, namespace: str, listener: Object) -> Verdict:
    """The Secrets of a listener, on a Gateway in ``namespace``."""
    for ref in (listener.get("tls") or {}).get("certificateRefs") or ():
        place = (ref.get("namespace", namespace), ref["name"])
        if not granted(world, ("Gateway", namespace), ("Secret", "", place)):
            where = "/".join(place)
            text = f"Certificate ref to secret {where} not permitted by any ReferenceGrant"
            return "False", "RefNotPermitted", text
        if place not in world("secrets"):
            text = f"Secret {'/'.join(place)} does not exist"
            return "False", "InvalidCertificateRef", text
    return RESOLVED


def route_references(world: World, kind: str, namespace: str, route: Object) -> Verdict:
    """Everything the rules of a route of ``kind`` point at; the first fault wins."""
    for number, rule in enumerate(route["spec"].get("rules") or ()):
        for entry in rule.get("filters") or ():
            ref = entry.get("extensionRef") or {}
            known = _FILTERS.get(ref.get("kind", ""))
            if ref and (known is None or (namespace, ref["name"]) not in world(known)):
                text = f'spec.rules[{number}].filters: Not found: "{ref["name"]}"'
                return "False", "InvalidFilter", text
            if mirror := (entry.get("requestMirror") or {}).get("backendRef"):
                verdict = backend(world, kind, namespace, mirror)
                if verdict != RESOLVED:
                    return verdict
        for ref in rule.get("backendRefs") or ():
            verdict = backend(world, kind, namespace, ref)
            if verdict != RESOLVED:
                return verdict
    return RESOLVED


def backend(world: World, kind: str, namespace: str, ref: Object) -> Verdict:
    """One backend of a route of ``kind`` in ``namespace``."""
    target, group = ref.get("kind", "Service"), ref.get("group", "")
    place = (ref.get("namespace", namespace), ref["name"])
    where = "/".join(place)
    if target not in _BACKENDS or (target == "InferencePool" and kind != "HTTPRoute"):
        return "False", "InvalidKind", f"Backend kind {target} is not supported"
    if not granted(world, (kind, namespace), (target, group, place)):
        text = f"Backend ref to {target} {where} not permitted by any ReferenceGrant"
        return "False", "RefNotPermitted", text
    found = world(_BACKENDS[target]).get(place)
    if found is None:
        return "False", "BackendNotFound", f"{target} {where} does not exist"
    ports = [one["port"] for one in found["spec"].get("ports") or ()]
    if target == "Service" and ref.get("port") not in ports:
        text = f"no matching port for Service {where} and port {ref.get('port')}"
        return "False", "BackendNotFound", text
    return RESOLVED
