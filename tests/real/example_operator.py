"""A small kopf operator, after kopf's first examples: a claim makes an object and looks after it.

``kopf run`` starts it; it is a program of its own and no test.
"""

from typing import Any

import kopf
import kubernetes

PLURAL = "ephemeralvolumeclaims"


def _claim(spec: kopf.Spec) -> dict[str, Any]:
    size = spec.get("size")
    if not size:
        raise kopf.PermanentError(f"Size must be set. Got {size!r}.")
    return {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
    }


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    settings.posting.loggers = True
    settings.watching.server_timeout = 30


@kopf.on.create(PLURAL)
def create(
    spec: kopf.Spec, name: str, namespace: str, labels: kopf.Labels, logger: kopf.Logger, **_: Any
) -> dict[str, str]:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": _claim(spec),
    }
    kopf.adopt(claim)
    made = kubernetes.client.CoreV1Api().create_namespaced_persistent_volume_claim(namespace, claim)
    logger.info("The claim is created")
    return {"claim": made.metadata.name}


@kopf.on.field(PLURAL, field="metadata.labels")
def relabel(diff: kopf.Diff, status: kopf.Status, namespace: str, **_: Any) -> None:
    labels = {field[0]: new for _op, field, _old, new in diff if field}
    if labels and "create" in status:
        patch = {"metadata": {"labels": labels}}
        core = kubernetes.client.CoreV1Api()
        core.patch_namespaced_persistent_volume_claim(status["create"]["claim"], namespace, patch)


@kopf.on.delete(PLURAL)
def delete(logger: kopf.Logger, **_: Any) -> None:
    logger.info("The claim goes with its owner")
