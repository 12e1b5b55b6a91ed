"""Promise: nothing in the demo's fleet is impossible: a real API server takes every seeded object.

Every object is created as a dry run with strict field validation, CEL rules of upstream's
definitions included where they are at hand.
"""

from collections.abc import Callable, Iterable

import pytest

from services.demo.definitions import definitions
from services.demo.seed.others import gpu, hub
from services.demo.seed.web import web
from services.kube.catalogue import KINDS
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi

PLURALS = {
    **{one["spec"]["names"]["kind"]: one["spec"]["names"]["plural"] for one in definitions()},
    **{kind.kind: name for name, kind in KINDS.items()},
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "PersistentVolumeClaim": "persistentvolumeclaims",
}
CLUSTER_WIDE = ("ClusterIssuer", "GatewayClass", "Namespace", "Node")
LEFT_OUT = ("Namespace", "Pod")
"""A pod waits for an account that a controller makes; the test's namespace stands for all."""


@pytest.mark.parametrize("seed", [hub, web, gpu])
def test_every_seeded_object_is_accepted(
    kube_api: KubeApi, namespace: str, seed: Callable[[], Iterable[Obj]]
) -> None:
    refused = []
    for obj in seed():
        if obj["kind"] in LEFT_OUT:
            continue
        metadata, version = obj["metadata"], obj["apiVersion"]
        path = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if obj["kind"] not in CLUSTER_WIDE:
            metadata["namespace"] = namespace
            path += f"/namespaces/{namespace}"
        if "involvedObject" in obj:
            obj["involvedObject"]["namespace"] = namespace
        path += f"/{PLURALS[obj['kind']]}?dryRun=All&fieldValidation=Strict"
        answer = kube_api.post(path, obj)
        if answer.status != 201:
            refused.append((obj["kind"], metadata["name"], answer.body))
    assert not refused
