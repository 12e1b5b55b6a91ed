"""Pods made from a template, as workload controllers make them."""

import json
from typing import Any

from services.demo.api.patches import copied
from services.demo.controllers.cluster import ending_of, owner
from services.demo.seed.objects import Obj


def hash_of(template: Any) -> str:
    """By which one template is told from another."""
    return ending_of(json.dumps(template, sort_keys=True), 9)


def pod(template: Obj, of: Obj, ending: str, **labels: str) -> Obj:
    """A pod of ``template`` that belongs to ``of``, with more ``labels``."""
    described, metadata = template.get("metadata") or {}, of["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{metadata['name']}-{ending}",
            "namespace": metadata["namespace"],
            "labels": {**(described.get("labels") or {}), **labels},
            "annotations": dict(described.get("annotations") or {}),
            "ownerReferences": [owner(of)],
        },
        "spec": copied(template["spec"]),
    }


def ready(pod: Obj) -> bool:
    """Whether a pod says that it is ready."""
    return any(
        one["type"] == "Ready" and one["status"] == "True"
        for one in (pod.get("status") or {}).get("conditions") or ()
    )
