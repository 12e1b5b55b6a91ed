"""Whether the account may do what nothing works without: see the parents and write their status."""

from collections.abc import Iterable

from ngf_operator.client import Api
from ngf_operator.served import Resource

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
NEEDED = (("list", ""), ("watch", ""), ("get", ""), ("patch", "status"))
"""Verbs and subresources."""


async def missing(api: Api, resources: Iterable[Resource]) -> dict[str, list[str]]:
    """By kind of parent, what the account may not do. Raises Refused and Unreachable."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        for verb, part in NEEDED:
            review = await api.call("create", "POST", REVIEWS, _review(resource, verb, part))
            if not (review.get("status") or {}).get("allowed"):
                what = f"{resource.plural}/{part}" if part else resource.plural
                found.setdefault(resource.kind, []).append(f"{verb} {what}.{resource.group}")
    return found


def _review(resource: Resource, verb: str, part: str) -> dict[str, object]:
    attributes = {
        "group": resource.group,
        "version": resource.version,
        "resource": resource.plural,
        "verb": verb,
        **({"subresource": part} if part else {}),
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
