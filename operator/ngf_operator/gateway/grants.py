"""ReferenceGrants for the Secrets of other namespaces that the listeners of a bundle use.

One in each of these namespaces, unless grants of other people permit all of it already.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.gateway.parent import GATEWAY_API, GRANTS, Bundle
from ngf_operator.gateway.tls import certificates, terminates
from ngf_operator.names import LABELS
from ngf_operator.wanting import Child, Lack, Obj


def wanted(bundle: Bundle) -> Iterator[Child | Lack]:
    """A grant for each namespace where something is not permitted yet."""
    create = (bundle.spec.get("referenceGrants") or {}).get("create", True)
    name = names.grant(bundle.namespace, bundle.name)
    for namespace, secrets in sorted(_abroad(bundle).items()):
        found = list(_others(bundle, namespace))
        missing = [one for one in secrets if not _permitted(bundle, found, one)]
        if not missing:
            yield _unneeded(bundle, namespace, name, found)
        elif create:
            yield bundle.child(
                GRANTS, GATEWAY_API, "ReferenceGrant", name, _spec(bundle, secrets), namespace
            )
        else:
            which = ", ".join(missing)
            said = (
                f"No ReferenceGrant in namespace {namespace} permits Gateways of"
                f" {bundle.namespace} to use Secret {which}, and spec.referenceGrants.create is"
                " false. Make one, or let the operator make it."
            )
            yield bundle.lack(GRANTS, "ReferenceGrant", name, "NotGranted", said, namespace)


_MARKS = (LABELS[names.BUNDLE], names.OWNER)
"""What the operator's own grants carry; somebody may have taken one of them away."""


def _abroad(bundle: Bundle) -> dict[str, list[str]]:
    """Names of Secrets by namespace, where that is not the bundle's own."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for listener in filter(terminates, bundle.spec.get("listeners") or ()):
        for ref in certificates(bundle, listener):
            namespace = ref.get("namespace", bundle.namespace)
            if namespace != bundle.namespace:
                found[namespace][ref["name"]] = None
    return {namespace: list(secrets) for namespace, secrets in found.items()}


def _others(bundle: Bundle, namespace: str) -> Iterator[Obj]:
    """Grants of a namespace that this bundle did not make."""
    own = names.grant(bundle.namespace, bundle.name)
    for grant in bundle.world.all(GATEWAY_API, "ReferenceGrant", namespace):
        metadata = grant["metadata"]
        marks = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
        ours = metadata["name"] == own and not marks.keys().isdisjoint(_MARKS)
        if not ours and not metadata.get("deletionTimestamp"):
            yield grant


def _permitted(bundle: Bundle, grants: Iterable[Obj], secret: str) -> bool:
    return any(_permits(bundle, grant.get("spec") or {}, secret) for grant in grants)


def _permits(bundle: Bundle, grant: Mapping[str, Any], secret: str) -> bool:
    source = {"group": GATEWAY_API, "kind": "Gateway", "namespace": bundle.namespace}
    return any(
        source == {key: one.get(key) for key in source} for one in grant.get("from") or ()
    ) and any(
        (one.get("group", ""), one.get("kind")) == ("", "Secret")
        and one.get("name") in (None, "", secret)
        for one in grant.get("to") or ()
    )


def _unneeded(bundle: Bundle, namespace: str, name: str, found: Iterable[Obj]) -> Lack:
    those = ", ".join(sorted(one["metadata"]["name"] for one in found))
    said = f"Permitted already in namespace {namespace}: {those}."
    return bundle.lack(GRANTS, "ReferenceGrant", name, "GrantedAlready", said, namespace, False)


def _spec(bundle: Bundle, secrets: Iterable[str]) -> Obj:
    source = {"group": GATEWAY_API, "kind": "Gateway", "namespace": bundle.namespace}
    return {
        "from": [source],
        "to": [{"group": "", "kind": "Secret", "name": name} for name in secrets],
    }
