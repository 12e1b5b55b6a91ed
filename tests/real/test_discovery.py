"""Clients find out what a cluster serves: version, groups, resources, their verbs and scope."""

from tests.real.kube_api import KubeApi


def test_the_version_names_kubernetes(kube_api: KubeApi) -> None:
    version = kube_api.get("/version", user=None).ok()
    assert version["major"] == "1"
    assert version["gitVersion"].startswith(f"v1.{version['minor']}")
    assert {"platform", "goVersion", "buildDate"} <= version.keys()
