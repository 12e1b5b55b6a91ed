"""Promise: a right that the account lacks is named with verb and resource, and asked for again."""

from pathlib import Path

from tests.operator.bundle_children import PATHS, PATIENCE_S, get, gone, route
from tests.operator.bundle_children import bundle as gateways
from tests.operator.bundles import bundle, change, child, condition, in_phase, path, ready
from tests.operator.ngf import Ngf
from tests.operator.replica import REAL, Replica, running
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until

RBAC = "/apis/rbac.authorization.k8s.io/v1"
READ = ["get", "list", "watch"]
PARENTS: list[Obj] = [
    {"apiGroups": ["ngf-console.f5.com"], "resources": ["gatewaybundles"], "verbs": READ},
    {
        "apiGroups": ["ngf-console.f5.com"],
        "resources": ["gatewaybundles/status"],
        "verbs": ["patch"],
    },
    {
        "apiGroups": ["apiextensions.k8s.io"],
        "resources": ["customresourcedefinitions"],
        "verbs": READ,
    },
]
SEEN: Obj = {"apiGroups": [""], "resources": ["configmaps"], "verbs": READ}
MADE: Obj = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "patch", "delete"]}
ALL = [*READ, "create", "patch", "delete"]
GATEWAYS: list[Obj] = [
    {
        "apiGroups": ["gateway.networking.k8s.io"],
        "resources": ["gateways", "gatewayclasses", "grpcroutes", "referencegrants"],
        "verbs": ALL,
    },
    {"apiGroups": ["gateway.nginx.org"], "resources": ["*"], "verbs": ALL},
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": READ},
]
ROUTES: Obj = {
    "apiGroups": ["gateway.networking.k8s.io"],
    "resources": ["httproutes"],
    "verbs": [*READ, "patch"],
}
MISSING = "GatewayBundle cannot be kept: the operator may not list gatewaybundles"


def test_a_right_on_the_parents_is_missed_by_name_until_it_is_given(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    replica = _stranger(kube_api, namespace, tmp_path)
    with running(replica):
        status, said = wait_until("it says so", lambda: _unready(replica, MISSING))
        assert status == 503
        assert "patch gatewaybundles/status.ngf-console.f5.com" in said
        assert replica.page("/healthz")[0] == 200
        _give(kube_api, namespace, [*PARENTS, SEEN, MADE])
        ready(kube_api, namespace, "web")
        wait_until("ready", lambda: replica.page("/readyz")[0] == 200)
        assert replica.log.count(MISSING) == 1


def test_a_right_on_the_parents_that_is_taken_away_later_is_missed_as_well(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    _give(kube_api, namespace, [*PARENTS, SEEN, MADE])
    with running(_stranger(kube_api, namespace, tmp_path)) as replica:
        ready(kube_api, namespace, "web")
        _give(kube_api, namespace, [PARENTS[0], PARENTS[2], SEEN, MADE])
        change(kube_api, path(namespace, "web"), spec=bundle("web", 81)["spec"])
        right = "patch gatewaybundles/status.ngf-console.f5.com"
        status, _ = wait_until("it says so", lambda: _unready(replica, right))
        assert status == 503
        _give(kube_api, namespace, [*PARENTS, SEEN, MADE])
        ready(kube_api, namespace, "web")


def test_a_right_on_children_is_missed_in_the_status_until_it_is_given(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    kube_api.post(path(namespace), bundle("web")).ok()
    _give(kube_api, namespace, PARENTS)
    with running(_stranger(kube_api, namespace, tmp_path)) as replica:
        parent = in_phase(kube_api, namespace, "web", "Degraded")
        row = child(parent, "web-l80")
        assert (row["state"], row["reason"]) == ("Skipped", "MissingPermission")
        assert row["message"] == "The operator may not list configmaps."
        _give(kube_api, namespace, [*PARENTS, SEEN])

        def named() -> Obj | None:
            obj: Obj = kube_api.get(path(namespace, "web")).ok()
            said = condition(obj, "SettingsKept")["message"]
            return obj if "may not patch configmaps" in said else None

        parent = wait_until("the verb is named", named)
        assert condition(parent, "Reconciled")["reason"] == "MissingPermission"
        _give(kube_api, namespace, [*PARENTS, SEEN, MADE])
        ready(kube_api, namespace, "web")
        assert "Traceback" not in replica.log


def test_a_child_that_may_not_be_deleted_is_told_and_keeps_nothing_else(
    kube_api: KubeApi, namespace: str, tmp_path: Path
) -> None:
    kube_api.post(path(namespace), bundle("web", 80, 81)).ok()
    _give(kube_api, namespace, [*PARENTS, SEEN, {**MADE, "verbs": ["create", "patch"]}])
    with running(_stranger(kube_api, namespace, tmp_path)):
        ready(kube_api, namespace, "web")
        change(kube_api, path(namespace, "web"), spec=bundle("web", 81, 82)["spec"])
        parent = in_phase(kube_api, namespace, "web", "Degraded")
        states = {row["name"]: row["state"] for row in parent["status"]["children"]}
        assert states == {"web-l80": "Skipped", "web-l81": "Ready", "web-l82": "Ready"}
        said = condition(parent, "SettingsKept")
        assert said["reason"] == "MissingPermission"
        assert "may not delete configmaps" in said["message"]
        _give(kube_api, namespace, [*PARENTS, SEEN, MADE])
        parent = ready(kube_api, namespace, "web")
        assert len(parent["status"]["children"]) == 2


def test_markers_stay_while_routes_may_not_be_listed_even_when_their_bundle_goes(
    kube_api: KubeApi, namespace: str, ngf: Ngf, tmp_path: Path
) -> None:
    ngf.install("--snippets")
    cart = route()
    del cart["spec"]["rules"][1]
    kube_api.post(PATHS["HTTPRoute"].format(namespace), cart).ok()
    before = get(kube_api, "HTTPRoute", namespace, "cart")["spec"]
    kube_api.post(path(namespace), gateways(ngf, routeMarker={"enabled": True})).ok()
    _give(kube_api, namespace, [*PARENTS, *GATEWAYS, ROUTES])
    replica = _stranger(kube_api, namespace, tmp_path)

    def refers() -> bool:
        ngf.judge()
        return "filters" in get(kube_api, "HTTPRoute", namespace, "cart")["spec"]["rules"][0]

    with running(replica, REAL):
        wait_until("marked", refers, PATIENCE_S)
    _give(kube_api, namespace, [*PARENTS, *GATEWAYS])

    def told() -> bool:
        rows = (kube_api.get(path(namespace, "edge")).ok().get("status") or {}).get("conditions")
        said = {one["type"]: one for one in rows or ()}.get("RouteMarkerActive") or {}
        return "may not list httproutes" in said.get("message", "")

    with running(replica, REAL):
        wait_until("it says so", told, PATIENCE_S)
        get(kube_api, "SnippetsFilter", namespace, "cart-marker-0")
        kube_api.delete(path(namespace, "edge")).ok()
        gone(kube_api, "SnippetsPolicy", namespace, "edge-marker")
        get(kube_api, "SnippetsFilter", namespace, "cart-marker-0")
        _give(kube_api, namespace, [*PARENTS, *GATEWAYS, ROUTES])
        gone(kube_api, "SnippetsFilter", namespace, "cart-marker-0")
        assert get(kube_api, "HTTPRoute", namespace, "cart")["spec"] == before


def _stranger(api: KubeApi, namespace: str, folder: Path) -> Replica:
    """An operator with an account of no rights of its own."""
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "operator"}}
    api.post(account, body).ok()
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = api.post(f"{account}/operator/token", request).ok()["status"]["token"]
    replica = Replica(api, folder, namespace, "one", "--leader-elect=false", "--interval=1")
    replica.use(api.kubeconfig().replace(api.tokens["admin"], token))
    return replica


def _give(api: KubeApi, namespace: str, rules: list[Obj]) -> None:
    """Exactly these rights to the account of the namespace."""
    name = f"operator-{namespace}"
    about = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name}}
    role = {**about, "kind": "ClusterRole", "rules": rules}
    api.apply(f"{RBAC}/clusterroles/{name}", role, "test").ok()
    binding = {
        **about,
        "kind": "ClusterRoleBinding",
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": name,
        },
        "subjects": [{"kind": "ServiceAccount", "name": "operator", "namespace": namespace}],
    }
    api.apply(f"{RBAC}/clusterrolebindings/{name}", binding, "test").ok()


def _unready(replica: Replica, sentence: str) -> tuple[int, str] | None:
    status, said = replica.page("/readyz")
    return (status, said) if sentence in said else None
