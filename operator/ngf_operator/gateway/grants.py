"""ReferenceGrants for the Secrets of other namespaces that the listeners of a bundle use.

One in each of these namespaces that consents by an annotation, unless grants of other people permit
all of it already. Who may write a bundle need not have any say there, and the operator may.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.denial import denial
from ngf_operator.gateway.parent import GATEWAY_API, GRANTS, Bundle
from ngf_operator.gateway.tls import certificates, terminates
from ngf_operator.names import GRANTS_TO, LABELS
from ngf_operator.wanting import Child, Lack, Obj


def wanted(bundle: Bundle) -> Iterator[Child | Lack]:
    """A grant for each namespace where something is not permitted yet."""
    name = names.grant(bundle.namespace, bundle.name)
    for namespace, secrets in sorted(_abroad(bundle).items()):
        found = list(_others(bundle, namespace))
        missing = [one for one in secrets if not _permitted(bundle, found, one)]
        if not missing:
            yield _unneeded(bundle, namespace, name, secrets, found)
        else:
            yield _refused(bundle, namespace, name, missing) or bundle.child(
                GRANTS, GATEWAY_API, "ReferenceGrant", name, _spec(bundle, secrets), namespace
            )


def _refused(bundle: Bundle, namespace: str, name: str, missing: Iterable[str]) -> Lack | None:
    """Why no grant is made; None when one is. One that was made before goes, unless nobody can see
    whether its namespace still consents."""
    which = f"a ReferenceGrant that permits Gateways of {bundle.namespace} Secret "
    which += f"{', '.join(missing)} in namespace {namespace}"
    if (bundle.spec.get("referenceGrants") or {}).get("create") is False:
        said = f"There is no {which[2:]}, and spec.referenceGrants.create is false. Make one."
        return bundle.lack(GRANTS, "ReferenceGrant", "", "NotGranted", said, namespace)
    if denied := denial(bundle.world, "", "Namespace"):
        said = f"{denied.said} So whether {namespace} consents to {which} is not known."
        return bundle.lack(GRANTS, "ReferenceGrant", name, denied.reason, said, namespace)
    if bundle.namespace in _consents(bundle, namespace):
        return None
    said = f"Namespace {namespace} does not consent to {which}. Annotate the namespace with"
    said += f" {GRANTS_TO}: {bundle.namespace}, or make the grant there."
    return bundle.lack(GRANTS, "ReferenceGrant", "", "NotGranted", said, namespace)


def _consents(bundle: Bundle, namespace: str) -> list[str]:
    """Namespaces that may be granted what is in this one, as whoever is in charge of it says."""
    found = bundle.world.get("", "Namespace", "", namespace) or {"metadata": {}}
    said = (found["metadata"].get("annotations") or {}).get(GRANTS_TO, "")
    return [one.strip() for one in said.split(",")]


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


def _unneeded(
    bundle: Bundle, namespace: str, name: str, secrets: Iterable[str], found: Iterable[Obj]
) -> Lack:
    used = (one for one in found if any(_permitted(bundle, [one], each) for each in secrets))
    those = ", ".join(sorted(one["metadata"]["name"] for one in used))
    said = f"Permitted already in namespace {namespace}: {those}."
    return bundle.lack(GRANTS, "ReferenceGrant", name, "GrantedAlready", said, namespace, False)


def _spec(bundle: Bundle, secrets: Iterable[str]) -> Obj:
    source = {"group": GATEWAY_API, "kind": "Gateway", "namespace": bundle.namespace}
    return {
        "from": [source],
        "to": [{"group": "", "kind": "Secret", "name": name} for name in secrets],
    }
