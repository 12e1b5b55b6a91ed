"""Promise: a child of any kind that is deleted or edited is healed by the watch, and told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.operator import bundles
from tests.operator.replica import REAL, Replica, running
from tests.operator.stacks import no_exporters
from tests.operator.wishes import (
    install_ngf,
    make_consenting,
    place,
    stack_path,
    whole_bundle,
    whole_stack,
)
from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until

PODS = {"spec": {"template": {"metadata": {"annotations": {"prometheus.io/port": "1"}}}}}
BUNDLE: list[tuple[str, str, Obj]] = [
    (
        "Gateway",
        "web",
        {"spec": {"listeners": [{"name": "http", "port": 99, "protocol": "HTTP"}]}},
    ),
    ("NginxProxy", "web-proxy", {"spec": {"logging": {"errorLevel": "debug"}}}),
    (
        "SnippetsFilter",
        "web-snippets",
        {"spec": {"snippets": [{"context": "http.server", "value": "gzip off;"}]}},
    ),
    ("Certificate", "web-tls", {"spec": {"dnsNames": ["other.example"]}}),
    ("ReferenceGrant", "ngf-console-{namespace}.web", {"metadata": {"labels": None}}),
]
STACK: list[tuple[str, str, Obj]] = [
    ("InferencePool", "m-pool", {"spec": {"endpointPickerRef": {"failureMode": "FailOpen"}}}),
    ("ServiceAccount", "m-epp", {"metadata": {"labels": None}}),
    ("Role", "m-epp", {"rules": []}),
    ("RoleBinding", "m-epp", {"subjects": []}),
    ("ConfigMap", "m-epp-config", {"data": {"epp-config.yaml": "edited"}}),
    ("Deployment", "m-epp", PODS),
    ("Service", "m-epp", {"spec": {"selector": {"ngf-console.f5.com/workload": "other"}}}),
    ("Deployment", "m", PODS),
    ("ScaledObject", "m-scaler", {"spec": {"maxReplicaCount": 99}}),
    ("HTTPRoute", "m-route", {"spec": {"hostnames": ["other.example"]}}),
    ("ProxySettingsPolicy", "m-route", {"spec": {"timeout": {"read": "1s"}}}),
    ("ClientSettingsPolicy", "m-route", {"spec": {"body": {"maxSize": "1k"}}}),
    ("DaemonSet", "m-dcgm", PODS),
    ("DistributedCloudPublish", "m-publish", {"spec": {"distributedCloud": {"tenant": "other"}}}),
]
STARTS_S = 120.0
"""Until a program that has just been started has made everything, on a slow machine."""
Break = Callable[[KubeApi, str, Obj], Any]


def _delete(api: KubeApi, where: str, edit: Obj) -> None:
    api.delete(where).ok()


def _edit(api: KubeApi, where: str, edit: Obj) -> None:
    api.patch(where, edit, MERGE_PATCH, fieldManager="somebody").ok()


@pytest.fixture(scope="module")
def home(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The namespace of a bundle and a stack with every kind of child; the timer never comes."""
    name = f"every-child-{kube_api.name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    kube_api.post("/api/v1/namespaces", body).ok()
    make_consenting(kube_api, f"{name}-secrets", name)
    install_ngf(kube_api, name)
    no_exporters(kube_api)
    kube_api.post(bundles.path(name), whole_bundle("web", f"{name}-secrets")).ok()
    kube_api.post(stack_path(name), whole_stack("m", "web")).ok()
    folder = tmp_path_factory.mktemp("operator")
    flags = ("--leader-elect=false", "--interval=3600")
    with running(Replica(kube_api, folder, name, "one", *flags), REAL):
        for parent, expected in (
            (bundles.path(name, "web"), BUNDLE),
            (stack_path(name, "m"), STACK),
        ):
            wait_until("every child", lambda p=parent, e=expected: _has(kube_api, p, e), STARTS_S)
        yield name


@pytest.mark.parametrize("broken", [_delete, _edit], ids=["deleted", "edited"])
@pytest.mark.parametrize(
    ("kind", "name", "edit"), BUNDLE, ids=[f"{kind}-{name}" for kind, name, _ in BUNDLE]
)
def test_a_child_of_a_bundle_is_healed(
    kube_api: KubeApi, home: str, kind: str, name: str, edit: Obj, broken: Break
) -> None:
    _is_healed(kube_api, home, bundles.path(home, "web"), (kind, name, edit), broken)


@pytest.mark.parametrize("broken", [_delete, _edit], ids=["deleted", "edited"])
@pytest.mark.parametrize(
    ("kind", "name", "edit"), STACK, ids=[f"{kind}-{name}" for kind, name, _ in STACK]
)
def test_a_child_of_a_stack_is_healed(
    kube_api: KubeApi, home: str, kind: str, name: str, edit: Obj, broken: Break
) -> None:
    _is_healed(kube_api, home, stack_path(home, "m"), (kind, name, edit), broken)


def _is_healed(
    api: KubeApi, home: str, parent: str, what: tuple[str, str, Obj], broken: Break
) -> None:
    kind, name, edit = what
    name = name.format(namespace=home)
    where = place(kind, f"{home}-secrets" if kind == "ReferenceGrant" else home, name)
    before = api.get(where).ok()

    def drift() -> int:
        [row] = [
            row
            for row in api.get(parent).ok()["status"]["children"]
            if (row["kind"], row["name"]) == (kind, name)
        ]
        return int(row["drift"])

    told = drift()
    broken(api, where, edit)

    def healed() -> bool:
        live = api.get(where)
        if live.status != 200 or live.body["metadata"].get("deletionTimestamp"):
            return False
        return bool(_wanted(live.body) == _wanted(before))

    try:
        wait_until(f"{kind} {name} is healed", healed)
    except AssertionError:
        print(_wanted(before), _wanted(api.get(where).body))
        raise

    wait_until("drift is told", lambda: drift() > told)


def _wanted(obj: Obj) -> Obj:
    """An object without what the server and controllers write."""
    about = obj["metadata"]
    kept = {key: about.get(key) for key in ("labels", "annotations", "ownerReferences")}
    rest = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    if obj["kind"] in ("Deployment", "DaemonSet"):
        kept["annotations"] = {
            key: value
            for key, value in about["annotations"].items()
            if not key.startswith("deprecated.") and "deployment.kubernetes.io" not in key
        }
    if obj["kind"] == "Service":  # a new one gets a new address
        rest["spec"] = {key: value for key, value in obj["spec"].items() if "clusterIP" not in key}
    return {"metadata": kept, **rest}


def _has(api: KubeApi, parent: str, expected: list[tuple[str, str, Obj]]) -> bool:
    rows = (api.get(parent).ok().get("status") or {}).get("children") or ()
    hashed = {row["kind"] for row in rows if row.get("specHash")}
    return hashed >= {kind for kind, _, _ in expected}
