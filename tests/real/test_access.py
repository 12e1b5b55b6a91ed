"""Who may do what is asked and answered: tokens, roles, bindings, access reviews."""

from tests.real.kube_api import KubeApi, wait_until
from tests.real.objects import config_map, core, routes

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
ROUTES = {"group": "gateway.networking.k8s.io", "resource": "httproutes"}


def may(kube_api: KubeApi, user: str, **attributes: str) -> bool:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = kube_api.post(REVIEWS, review, user=user)
    assert answer.status == 201
    assert answer.body["spec"]["resourceAttributes"] == attributes
    return bool(answer.body["status"]["allowed"])


def test_everybody_may_ask_about_himself(kube_api: KubeApi) -> None:
    assert may(kube_api, "admin", verb="delete", **ROUTES)
    assert may(kube_api, "reader", verb="list", **ROUTES)
    assert may(kube_api, "reader", verb="get", name="one", namespace="default", **ROUTES)
    assert not may(kube_api, "reader", verb="delete", namespace="default", **ROUTES)
    assert not may(kube_api, "stranger", verb="get", **ROUTES)
    assert may(kube_api, "admin", verb="*", group="*", resource="*")
    assert not may(kube_api, "reader", verb="*", group="*", resource="*")


def test_a_yes_has_a_reason(kube_api: KubeApi) -> None:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "list", **ROUTES}},
    }
    status = kube_api.post(REVIEWS, review, user="reader").ok()["status"]
    assert status["reason"] == (
        'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to Group "readers"'
    )


def test_a_token_says_who_somebody_is(kube_api: KubeApi) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = kube_api.post(path, body, user="reader")
    info = answer.ok()["status"]["userInfo"]
    assert info["username"] == "reader"
    assert set(info["groups"]) == {"readers", "system:authenticated"}


def test_a_role_in_a_namespace_counts_there_alone(kube_api: KubeApi, namespace: str) -> None:
    here = f"{RBAC}/namespaces/{namespace}"
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "maps"},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "stranger"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "maps"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "stranger"}],
    }
    kube_api.post(f"{here}/roles", role).ok()
    kube_api.post(f"{here}/rolebindings", binding).ok()
    maps = core(namespace, "configmaps")
    wait_until(
        "the binding is in force",
        lambda: kube_api.post(maps, config_map("x"), user="stranger", dryRun="All").status == 201,
    )
    kube_api.post(maps, config_map("one"), user="stranger").ok()
    assert kube_api.get(f"{maps}/one", user="stranger").status == 200
    assert kube_api.get(maps, user="stranger").status == 403
    assert kube_api.delete(f"{maps}/one", user="stranger").status == 403
    assert kube_api.get(core("default", "configmaps") + "/one", user="stranger").status == 403
    kube_api.delete(f"{here}/rolebindings/stranger").ok()
    wait_until(
        "the binding is gone", lambda: kube_api.get(f"{maps}/one", user="stranger").status == 403
    )


def test_a_subresource_is_a_right_of_its_own(kube_api: KubeApi, namespace: str) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"status-{namespace}"},
        "rules": [
            {
                "apiGroups": ["gateway.networking.k8s.io"],
                "resources": ["httproutes/status"],
                "verbs": ["patch"],
            }
        ],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"status-{namespace}"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": f"status-{namespace}",
        },
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "stranger"}],
    }
    kube_api.post(f"{RBAC}/clusterroles", role).ok()
    kube_api.post(f"{RBAC}/clusterrolebindings", binding).ok()
    wait_until(
        "the binding is in force",
        lambda: may(kube_api, "stranger", verb="patch", subresource="status", **ROUTES),
    )
    assert not may(kube_api, "stranger", verb="patch", **ROUTES)
    merge = "application/merge-patch+json"
    answer = kube_api.patch(f"{routes(namespace)}/no/status", {}, merge, user="stranger")
    assert answer.status == 404
    answer = kube_api.patch(f"{routes(namespace)}/no", {}, merge, user="stranger")
    assert answer.status == 403
    kube_api.delete(f"{RBAC}/clusterrolebindings/status-{namespace}").ok()


def test_a_service_account_has_tokens(kube_api: KubeApi, namespace: str) -> None:
    accounts = core(namespace, "serviceaccounts")
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}}
    kube_api.post(accounts, account).ok()
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 600},
    }
    answer = kube_api.post(f"{accounts}/robot/token", request)
    assert answer.status == 201
    token = answer.body["status"]["token"]
    me = kube_api.post(
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        token=token,
    )
    info = me.ok()["status"]["userInfo"]
    assert info["username"] == f"system:serviceaccount:{namespace}:robot"
    assert f"system:serviceaccounts:{namespace}" in info["groups"]
    assert kube_api.get(accounts, token=token).status == 403


def test_every_namespace_has_a_default_account(kube_api: KubeApi, namespace: str) -> None:
    path = f"{core(namespace, 'serviceaccounts')}/default"
    wait_until("made", lambda: kube_api.get(path).status == 200)
