"""An operator written with kopf runs against both, unchanged."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import core

OPERATOR = Path(__file__).with_name("example_operator.py")


@pytest.fixture
def claims(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[str]:
    """The collection that a running operator looks after."""
    path = f"/apis/kopf.dev/v1/namespaces/{namespace}/ephemeralvolumeclaims"
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(kube_api.kubeconfig())
    log = tmp_path / "operator.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "kopf", "run", "--standalone", "-n", namespace, str(OPERATOR)],
            env={**os.environ, "KUBECONFIG": str(kubeconfig)},
            stdout=output,
            stderr=output,
        )
        try:
            yield path
            assert process.poll() is None
            assert "Traceback" not in log.read_text()
        finally:
            process.kill()
            process.wait()
            print(log.read_text())  # shown by pytest when the test fails


def test_the_example_operator_makes_follows_and_lets_go(
    kube_api: KubeApi, namespace: str, claims: str
) -> None:
    claim: Obj = {
        "apiVersion": "kopf.dev/v1",
        "kind": "EphemeralVolumeClaim",
        "metadata": {"name": "mine", "labels": {"a": "1"}},
        "spec": {"size": "1Gi"},
    }
    kube_api.post(claims, claim).ok()
    volume = f"{core(namespace, 'persistentvolumeclaims')}/mine"
    made = wait_until("the volume claim", lambda: _found(kube_api, volume))
    owner = made["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("EphemeralVolumeClaim", "mine")
    assert made["spec"]["resources"] == {"requests": {"storage": "1Gi"}}
    stored = wait_until(
        "the result in the status",
        lambda: "create" in (obj := kube_api.get(f"{claims}/mine").ok()).get("status", {}) and obj,
    )
    assert stored["metadata"]["finalizers"] == ["kopf.zalando.org/KopfFinalizerMarker"]
    kube_api.patch(f"{claims}/mine", {"metadata": {"labels": {"b": "2"}}}, MERGE_PATCH).ok()
    wait_until(
        "the labels follow",
        lambda: kube_api.get(volume).ok()["metadata"]["labels"] == {"a": "1", "b": "2"},
    )
    reasons = wait_until(
        "events are posted",
        lambda: [
            event["reason"]
            for event in kube_api.get(core(namespace, "events")).ok()["items"]
            if event["involvedObject"]["name"] == "mine"
        ],
    )
    assert "Logging" in reasons
    kube_api.delete(f"{claims}/mine").ok()
    wait_until("the claim is let go", lambda: kube_api.get(f"{claims}/mine").status == 404)
    wait_until("the volume claim follows", lambda: _ends(kube_api, volume))


def test_what_cannot_be_made_is_said(kube_api: KubeApi, namespace: str, claims: str) -> None:
    claim: Obj = {
        "apiVersion": "kopf.dev/v1",
        "kind": "EphemeralVolumeClaim",
        "metadata": {"name": "sizeless"},
        "spec": {},
    }
    kube_api.post(claims, claim).ok()
    messages = wait_until(
        "the failure is told as an event",
        lambda: [
            event["message"]
            for event in kube_api.get(core(namespace, "events")).ok()["items"]
            if event["type"] == "Error"
        ],
    )
    assert "Size must be set. Got None." in messages[0]
    kube_api.delete(f"{claims}/sizeless").ok()
    wait_until("let go", lambda: kube_api.get(f"{claims}/sizeless").status == 404)


def _found(kube_api: KubeApi, path: str) -> Obj | None:
    answer = kube_api.get(path)
    return answer.body if answer.status == 200 else None


def _ends(kube_api: KubeApi, path: str) -> bool:
    """Gone, or going: a volume claim has a finalizer that only its own controller removes."""
    answer = kube_api.get(path)
    return answer.status == 404 or "deletionTimestamp" in answer.body["metadata"]
