"""The promise: whoever applies an object from elsewhere is recognised, and nobody else is."""

from typing import Any

import pytest

from services.kube.owners import GitOpsOwner, owner


def obj(labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> Any:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {
            "namespace": "shop",
            "name": "cart",
            "labels": labels or {},
            "annotations": annotations or {},
        },
    }


TRACKING = "argocd.argoproj.io/tracking-id"
ITSELF = "gateway.networking.k8s.io/HTTPRoute:shop/cart"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (obj(annotations={TRACKING: f"store:{ITSELF}"}), GitOpsOwner("Argo CD", "store")),
        (obj({"argocd.argoproj.io/instance": "store"}), GitOpsOwner("Argo CD", "store")),
        (
            obj(
                {
                    "kustomize.toolkit.fluxcd.io/name": "apps",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                }
            ),
            GitOpsOwner("Flux", "flux-system/apps"),
        ),
        (
            obj(
                {
                    "helm.toolkit.fluxcd.io/name": "store",
                    "helm.toolkit.fluxcd.io/namespace": "shop",
                    "app.kubernetes.io/managed-by": "Helm",
                },
                {"meta.helm.sh/release-name": "store"},
            ),
            GitOpsOwner("Flux", "shop/store"),
        ),
        (
            obj(
                {"app.kubernetes.io/managed-by": "Helm"},
                {
                    "meta.helm.sh/release-name": "store",
                    "meta.helm.sh/release-namespace": "shop",
                },
            ),
            GitOpsOwner("Helm", "shop/store"),
        ),
    ],
)
def test_recognises(found: Any, expected: GitOpsOwner) -> None:
    assert owner(found) == expected


@pytest.mark.parametrize(
    "found",
    [
        obj(),
        obj(annotations={TRACKING: "store:gateway.networking.k8s.io/HTTPRoute:shop/other"}),
        obj({"app.kubernetes.io/managed-by": "Helm"}),
        obj({"app.kubernetes.io/instance": "store"}),
    ],
    ids=["nobody", "a copied mark", "a label without a release", "a chart's instance label"],
)
def test_is_not_misled_by(found: Any) -> None:
    assert owner(found) is None
