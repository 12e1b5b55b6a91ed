"""Promise: on a real API server the console's account can read and edit what the console shows."""

import pytest

from services.kube.catalogue import KINDS
from tests.charts.accounts import NAMESPACES, Account, applied
from tests.charts.helm import CHARTS, Obj, render
from tests.real.controlplane import ControlPlane
from tests.real.definitions import load
from tests.real.objects import route
from tests.real.servers import client_of

pytestmark = pytest.mark.compiled

HUB = "console-rights"
EDITED = {
    "gateways",
    "httproutes",
    "grpcroutes",
    "backendtlspolicies",
    "nginxproxies",
    "ratelimitpolicies",
    "inferencepools",
}
CLUSTERS = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{HUB}/managedclusters"
ROUTES = "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"


def secret(name: str) -> Obj:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}


@pytest.fixture(scope="module")
def console(real_cluster: ControlPlane) -> Account:
    """The account after everything is applied as rendered, definitions included."""
    definitions = load(CHARTS / "ngf-console" / "crds")
    objects = render("ngf-console", "values", "everything", namespace=HUB)
    applied(real_cluster, [*definitions, *objects], HUB)
    return Account(client_of(real_cluster), HUB, "edge-ngf-console")


@pytest.fixture(scope="module")
def rights(console: Account) -> dict[str, set[str]]:
    return console.can_i("default")


def test_every_kind_that_is_watched_may_be_watched(rights: dict[str, set[str]]) -> None:
    for kind in KINDS.values():
        for group, _ in kind.candidates:
            assert {"list", "watch"} <= verbs(rights, kind.name, group), kind.name


def test_what_is_edited_may_be_written(rights: dict[str, set[str]]) -> None:
    for name in EDITED:
        group = KINDS[name].group
        assert {"get", "create", "update", "delete"} <= verbs(rights, name, group), name


def verbs(rights: dict[str, set[str]], plural: str, group: str) -> set[str]:
    suffix = f".{group}" if group else ""
    return rights.get(f"{plural}{suffix}", set()) | rights.get(f"*{suffix}", set())


def test_away_from_home_nothing_else_may_be_changed(rights: dict[str, set[str]]) -> None:
    reading = {"get", "list", "watch"}
    written = {resource for resource, allowed in rights.items() if allowed - reading}
    groups = {resource.partition(".")[2] for resource in written - {"secrets"}}
    assert rights["secrets"] == {"list", "watch", "create", "patch", "delete"}, "none reads a key"
    assert groups == {
        "gateway.networking.k8s.io",
        "gateway.nginx.org",
        "inference.networking.k8s.io",
        "inference.networking.x-k8s.io",
        "ngf-console.f5.com",
    }


def test_routes_are_edited_for_real(console: Account) -> None:
    made = console.call("POST", ROUTES, route("by-the-console")).ok()
    made["spec"]["hostnames"] = ["b.example"]
    console.call("PUT", f"{ROUTES}/by-the-console", made).ok()
    console.call("DELETE", f"{ROUTES}/by-the-console").ok()


def test_the_fleet_is_kept_at_home(console: Account) -> None:
    kubeconfig = f"{NAMESPACES}/{HUB}/secrets"
    console.call("POST", kubeconfig, secret("web-kubeconfig")).ok()
    cluster = {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "ManagedCluster",
        "metadata": {"name": "web"},
        "spec": {"displayName": "Web", "kubeconfigSecretRef": {"name": "web-kubeconfig"}},
    }
    made = console.call("POST", CLUSTERS, cluster).ok()
    made["status"] = {"phase": "Connecting"}
    console.call("PUT", f"{CLUSTERS}/web/status", made).ok()
    assert console.call("GET", kubeconfig).ok()["items"]
    for path in (f"{CLUSTERS}/web", f"{kubeconfig}/web-kubeconfig"):
        console.call("DELETE", path).ok()


def test_the_cluster_of_the_console_is_registered(console: Account) -> None:
    (local,) = [it for it in console.call("GET", CLUSTERS).ok()["items"] if it["spec"]["isLocal"]]
    assert local["metadata"]["name"] == "hub"


def test_replicas_may_elect_one_of_them(console: Account) -> None:
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "one"}}
    assert console.status("POST", LEASES.format(HUB), lease) == 201
    assert console.status("POST", LEASES.format("default"), lease) == 403


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("PUT", f"{NAMESPACES}/default/secrets/one", secret("one")),
        ("GET", f"{NAMESPACES}/default/secrets/one", None),
        ("POST", f"{NAMESPACES}/default/pods", {"kind": "Pod", "apiVersion": "v1"}),
        ("DELETE", "/api/v1/nodes/one", None),
        ("DELETE", f"{NAMESPACES}/default", None),
        ("POST", f"{NAMESPACES}/{HUB}/serviceaccounts/default/token", {"spec": {}}),
        ("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles", None),
        ("DELETE", f"{CLUSTERS.replace(HUB, 'default')}/one", None),
    ],
)
def test_the_rest_is_refused(console: Account, method: str, path: str, sent: Obj | None) -> None:
    answer = console.call(method, path, sent)
    assert (answer.status, answer.reason) == (403, "Forbidden")


@pytest.mark.parametrize("write", [True, False])
def test_secrets_are_left_to_others_where_nobody_says_otherwise(
    real_cluster: ControlPlane, write: bool
) -> None:
    release = "writing" if write else "reading"
    values = {} if write else {"rbac.write": False, "rbac.certificates": True}
    objects = render("ngf-console", "values", release=release, namespace=release, **values)
    api = applied(real_cluster, objects, release)
    account = Account(api, release, f"{release}-ngf-console")
    rights = account.can_i("default")
    assert rights["secrets"] == {"list", "watch"}
    written = {"create", "delete"} <= verbs(rights, "gateways", "gateway.networking.k8s.io")
    assert written is write
    path = f"{NAMESPACES}/default/secrets"
    assert account.status("POST", path, secret("one")) == 403
    assert account.status("DELETE", f"{path}/one") == 403


def test_a_console_can_be_kept_from_writing_and_from_secrets(real_cluster: ControlPlane) -> None:
    values = {"rbac.write": False, "rbac.secrets": False}
    objects = render("ngf-console", "values", release="looking", namespace="looking", **values)
    api = applied(real_cluster, objects, "looking")
    rights = Account(api, "looking", "looking-ngf-console").can_i("default")
    assert "secrets" not in rights
    assert set().union(*rights.values()) == {"get", "list", "watch"}
