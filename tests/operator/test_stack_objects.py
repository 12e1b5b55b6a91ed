"""Promise: an API server takes every object that a stack becomes, for each engine, as it is."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ngf_operator.inference.engines import ENGINES
from ngf_operator.inference.stack import RECIPE, wanted

from tests.known import Known, Obj
from tests.operator.stacks import path, whole
from tests.real.kube_api import KubeApi, wait_until

RECORDED = Path(__file__).parents[1] / "recorded" / "epp" / "config.yaml"
"""What a real picker was started with."""
POLICIES = ("ClientSettingsPolicy", "ProxySettingsPolicy")
GATEWAY: list[Obj] = [
    {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "nginx"},
        "spec": {"controllerName": "gateway.nginx.org/nginx-gateway-controller"},
    },
    {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web", "namespace": "edge"},
        "spec": {"gatewayClassName": "nginx"},
    },
]
OLD_POOLS = ("inference.networking.x-k8s.io", "InferencePool")


def children(
    namespace: str, backend: str, scaler: str = "keda", profiling: bool = False
) -> list[Obj]:
    policies = {("gateway.nginx.org", kind): "gateway.nginx.org/v1alpha1" for kind in POLICIES}
    world = Known(GATEWAY, also=policies)
    found = wanted(whole(namespace, backend, scaler, profiling), world)
    return [one.obj for one in found.children]


@pytest.mark.parametrize(("scaler", "profiling"), [("keda", False), ("hpa", True)])
@pytest.mark.parametrize("backend", ENGINES)
def test_every_child_of_every_engine_is_taken(
    kube_api: KubeApi, namespace: str, backend: str, scaler: str, profiling: bool
) -> None:
    made = children(namespace, backend, scaler, profiling)
    assert len(made) == 14
    for obj in made:
        stored = kube_api.apply(path(obj), obj, "test", fieldValidation="Strict").ok()
        assert kept(obj, stored), obj["kind"]
        if obj["kind"] == "DaemonSet":
            kube_api.delete(path(obj)).ok()  # other tests would take it for an exporter that runs


def kept(asked: Any, stored: Any) -> bool:
    """Whether all that was asked for is there; the server may have added to it."""
    if isinstance(asked, dict):
        return isinstance(stored, dict) and all(
            key in stored and kept(value, stored[key]) for key, value in asked.items()
        )
    if isinstance(asked, list):
        return len(asked) == len(stored) and all(map(kept, asked, stored))
    return str(asked) == str(stored)


def test_a_pool_of_the_old_version_is_taken(kube_api: KubeApi, namespace: str) -> None:
    folder = Path(os.environ.get("NGF_CONSOLE_UPSTREAM_CRDS", ""), "gie", "v1.4.0-legacy")
    found = list(folder.glob("*_inferencepools.yaml"))
    if not found:
        pytest.skip("its definition is not at hand: NGF_CONSOLE_UPSTREAM_CRDS names no such file")
    definition = yaml.safe_load(found[0].read_text())
    kube_api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    pools = f"/apis/{OLD_POOLS[0]}/v1alpha2/namespaces/{namespace}/inferencepools"
    wait_until("served", lambda: kube_api.get(pools).status == 200)
    world = Known(
        absent=[("inference.networking.k8s.io", "InferencePool")],
        also={OLD_POOLS: f"{OLD_POOLS[0]}/v1alpha2"},
    )
    made = wanted(whole(namespace, "vllm", "keda", False), world).children
    [pool] = [one.obj for one in made if one.obj["kind"] == "InferencePool"]
    kube_api.apply(f"{pools}/llama-vllm-pool", pool, "test", fieldValidation="Strict").ok()


def test_every_kind_that_is_made_is_also_watched(namespace: str) -> None:
    watched = {(one.group, one.kind) for one in RECIPE.reads}
    for obj in [*children(namespace, "vllm"), *children(namespace, "vllm", "hpa")]:
        assert (obj["apiVersion"].rpartition("/")[0], obj["kind"]) in watched


@pytest.mark.parametrize("backend", ENGINES)
def test_what_a_picker_reads_has_the_shape_of_its_configuration(
    kube_api: KubeApi, namespace: str, backend: str
) -> None:
    [config] = [one for one in children(namespace, backend) if one["kind"] == "ConfigMap"]
    stored = kube_api.apply(path(config), config, "test").ok()
    [text] = stored["data"].values()
    made = yaml.safe_load(text)
    assert set(made) == {"apiVersion", "kind", "plugins", "schedulingProfiles"}
    assert all(set(one) <= {"name", "type", "parameters"} for one in made["plugins"])
    for profile in made["schedulingProfiles"]:
        assert set(profile) == {"name", "plugins"}
        assert all(set(one) <= {"pluginRef", "weight"} for one in profile["plugins"])
    names = [one.get("name", one["type"]) for one in made["plugins"]]
    assert len(names) == len(set(names))
    assert set(references(made)) <= set(names)
    recorded = yaml.safe_load(RECORDED.read_text())
    assert set(made) <= set(recorded)
    known = {one["type"]: set(one.get("parameters") or {}) for one in recorded["plugins"]}
    for one in made["plugins"]:
        extra = set(one.get("parameters") or {}) - known.get(one["type"], set())
        assert extra <= {"engineConfigs"}, one


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key == "pluginRef":
                yield value
            else:
                yield from references(value)
    elif isinstance(found, list):
        for each in found:
            yield from references(each)
