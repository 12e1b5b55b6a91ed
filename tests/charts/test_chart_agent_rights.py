"""Promise: on a real API server the agent's accounts can do their work, and nothing beyond it."""

import pytest
from ngf_operator.inference.stack import wanted

from tests.charts.accounts import NAMESPACES, Account, applied
from tests.charts.helm import CHARTS, Obj, render
from tests.known import Known
from tests.real.controlplane import ControlPlane
from tests.real.definitions import load
from tests.real.servers import client_of

pytestmark = pytest.mark.compiled

NAMESPACE = "agent-rights"
OURS = "/apis/ngf-console.f5.com/v1alpha1"
GATEWAYS = "/apis/gateway.networking.k8s.io/v1"
INFERENCE = "/apis/inference.networking.k8s.io/v1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@pytest.fixture(scope="module")
def cluster(real_cluster: ControlPlane) -> ControlPlane:
    """The chart with everything on, definitions included, applied as rendered."""
    definitions = load(CHARTS / "ngf-console-agent" / "crds")
    objects = render("ngf-console-agent", "values", "everything", namespace=NAMESPACE)
    applied(real_cluster, [*definitions, *objects], NAMESPACE)
    return real_cluster


@pytest.fixture(scope="module")
def heartbeat(cluster: ControlPlane) -> Account:
    return account(cluster, "heartbeat")


@pytest.fixture(scope="module")
def forwarder(cluster: ControlPlane) -> Account:
    return account(cluster, "otel")


@pytest.fixture(scope="module")
def operator(cluster: ControlPlane) -> Account:
    return account(cluster, "operator")


def account(cluster: ControlPlane, component: str) -> Account:
    return Account(client_of(cluster), NAMESPACE, f"edge-ngf-console-agent-{component}")


def body(kind: str, api_version: str, name: str, **parts: object) -> Obj:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **parts}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces",
        "/api/v1/nodes",
        "/api/v1/pods",
        "/api/v1/services",
        "/apis/apps/v1/deployments",
        f"{GATEWAYS}/gatewayclasses",
        f"{GATEWAYS}/gateways",
        f"{GATEWAYS}/httproutes",
        f"{INFERENCE}/inferencepools",
        f"{OURS}/inferencestacks",
        f"{OURS}/gatewaybundles",
        f"{OURS}/distributedcloudpublishes",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/apis/resource.k8s.io/v1/resourceslices",
        "/apis/resource.k8s.io/v1/resourceclaims",
        "/version",
    ],
)
def test_the_reporter_lists_what_it_counts(heartbeat: Account, path: str) -> None:
    assert heartbeat.status("GET", path, limit="1") == 200


def test_the_reporter_only_gets_and_lists(heartbeat: Account) -> None:
    rights = heartbeat.can_i("default")
    assert "secrets" not in rights
    assert {"pods", "nodes", "inferencepools.inference.networking.x-k8s.io"} <= rights.keys()
    assert {frozenset(verbs) for verbs in rights.values()} == {frozenset({"get", "list"})}


def test_the_forwarder_finds_pods_and_asks_them_for_metrics_and_may_nothing_else(
    forwarder: Account,
) -> None:
    assert forwarder.can_i("default") == {"pods": {"get", "list", "watch"}}
    assert forwarder.status("GET", "/metrics") == 200, "as pickers ask the API server"
    assert forwarder.status("GET", "/api/v1/secrets") == 403


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("GET", "/api/v1/pods", {"watch": "true"}),
        ("GET", "/api/v1/secrets", {}),
        ("GET", f"{NAMESPACES}/{NAMESPACE}/secrets/ngf-console-agent-token", {}),
        ("GET", "/api/v1/configmaps", {}),
        ("POST", f"{NAMESPACES}/default/pods", {}),
        ("POST", f"{NAMESPACES}/default/pods/one/exec", {"command": "sh"}),
        ("GET", f"{NAMESPACES}/default/pods/one/log", {}),
        ("DELETE", "/api/v1/nodes/one", {}),
        ("DELETE", f"{GATEWAYS}/namespaces/default/gateways/one", {}),
        ("POST", f"{NAMESPACES}/default/serviceaccounts/default/token", {}),
    ],
)
def test_the_reporter_is_refused_everything_else(
    heartbeat: Account, method: str, path: str, params: dict[str, str]
) -> None:
    sent = None if method in ("GET", "DELETE") else body("Pod", "v1", "one")
    answer = heartbeat.call(method, path, sent, **params)
    assert (answer.status, answer.reason) == (403, "Forbidden")


SELECTED = {"matchLabels": {"app": "one"}}
POD = {
    "metadata": {"labels": {"app": "one"}},
    "spec": {"containers": [{"name": "main", "image": "example/image:1"}]},
}
PICKER: Obj = {
    "selector": SELECTED,
    "targetPorts": [{"number": 8000}],
    "endpointPickerRef": {"name": "one", "port": {"number": 9002}},
}
READS = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
MADE = [
    ("/api/v1", "configmaps", body("ConfigMap", "v1", "one")),
    ("/api/v1", "serviceaccounts", body("ServiceAccount", "v1", "one")),
    ("/api/v1", "services", body("Service", "v1", "one", spec={"ports": [{"port": 9002}]})),
    (
        "/apis/apps/v1",
        "deployments",
        body("Deployment", "apps/v1", "one", spec={"selector": SELECTED, "template": POD}),
    ),
    (
        "/apis/apps/v1",
        "daemonsets",
        body("DaemonSet", "apps/v1", "one", spec={"selector": SELECTED, "template": POD}),
    ),
    (
        GATEWAYS,
        "gateways",
        body(
            "Gateway",
            "gateway.networking.k8s.io/v1",
            "one",
            spec={
                "gatewayClassName": "nginx",
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            },
        ),
    ),
    (GATEWAYS, "httproutes", body("HTTPRoute", "gateway.networking.k8s.io/v1", "one", spec={})),
    (
        "/apis/gateway.nginx.org/v1alpha2",
        "nginxproxies",
        body("NginxProxy", "gateway.nginx.org/v1alpha2", "one", spec={}),
    ),
    (
        INFERENCE,
        "inferencepools",
        body("InferencePool", "inference.networking.k8s.io/v1", "one", spec=PICKER),
    ),
    (
        "/apis/keda.sh/v1alpha1",
        "scaledobjects",
        body(
            "ScaledObject",
            "keda.sh/v1alpha1",
            "one",
            spec={"scaleTargetRef": {"name": "one"}, "triggers": [{"type": "cpu", "metadata": {}}]},
        ),
    ),
    (
        "/apis/autoscaling/v2",
        "horizontalpodautoscalers",
        body(
            "HorizontalPodAutoscaler",
            "autoscaling/v2",
            "one",
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "one"},
                "maxReplicas": 2,
            },
        ),
    ),
    (RBAC, "roles", body("Role", "rbac.authorization.k8s.io/v1", "one", rules=READS)),
    (
        RBAC,
        "rolebindings",
        body(
            "RoleBinding",
            "rbac.authorization.k8s.io/v1",
            "one",
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"},
            subjects=[{"kind": "ServiceAccount", "name": "one", "namespace": NAMESPACE}],
        ),
    ),
    (
        OURS,
        "distributedcloudpublishes",
        body(
            "DistributedCloudPublish",
            "ngf-console.f5.com/v1alpha1",
            "one",
            spec={
                "httpRouteRef": "one",
                "distributedCloud": {
                    "tenant": "t",
                    "namespace": "n",
                    "publicHostname": "h.example",
                },
            },
        ),
    ),
]


@pytest.mark.parametrize(("root", "plural", "obj"), MADE, ids=[plural for _, plural, _ in MADE])
def test_the_operator_makes_changes_and_removes_children(
    operator: Account, root: str, plural: str, obj: Obj
) -> None:
    place = f"{root}/namespaces/{NAMESPACE}/{plural}"
    assert operator.apply(f"{place}/one", obj) == 201
    labelled = {**obj, "metadata": {"name": "one", "labels": {"a": "b"}}}
    assert operator.apply(f"{place}/one", labelled) == 200
    assert operator.status("GET", f"{root}/{plural}") == 200
    if plural != "roles":  # the binding that comes next needs it
        assert operator.status("DELETE", f"{place}/one") < 300


def test_the_operator_may_give_a_picker_the_role_that_it_needs(operator: Account) -> None:
    spec = {"modelName": "m", "servingBackend": "vllm", "pool": {"gpuCount": 1}}
    about = {"name": "two", "namespace": NAMESPACE}
    picker = wanted({"metadata": about, "spec": spec}, Known()).children
    for kind in ("Role", "RoleBinding"):
        [obj] = [one.obj for one in picker if one.obj["kind"] == kind]
        where = f"{RBAC}/namespaces/{NAMESPACE}/{kind.lower()}s"
        assert operator.status("POST", where, obj) == 201, "nobody hands on rights that he has not"


def test_the_operator_acts_on_what_people_write(cluster: ControlPlane, operator: Account) -> None:
    stacks = f"{OURS}/namespaces/{NAMESPACE}/inferencestacks"
    spec = {
        "modelName": "m",
        "servingBackend": "vllm",
        "pool": {"gpuType": "H100", "gpuCount": 1, "replicas": 1},
    }
    stack = body("InferenceStack", "ngf-console.f5.com/v1alpha1", "one", spec=spec)
    assert operator.status("POST", stacks, stack) == 403, "people make them, the operator does not"
    made = operator.api.post(stacks, stack).ok()
    assert operator.status("PUT", f"{stacks}/one", made) == 403, "nor does it change them"
    status = {"status": {"phase": "Pending"}}
    assert operator.merge(f"{stacks}/one", status) == 403
    assert operator.merge(f"{stacks}/one/status", status) == 200


def test_the_operator_tells_events_and_holds_a_lease_at_home_only(operator: Account) -> None:
    about = {"kind": "InferenceStack", "name": "one", "namespace": NAMESPACE}
    event = body("Event", "v1", "one", involvedObject=about, reason="Made", message="made")
    assert operator.status("POST", f"{NAMESPACES}/{NAMESPACE}/events", event) == 201
    lease = body("Lease", "coordination.k8s.io/v1", "one", spec={})
    leases = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
    assert operator.status("POST", leases.format(NAMESPACE), lease) == 201
    assert operator.status("POST", leases.format("default"), lease) == 403


ALL = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("DELETE", "/api/v1/nodes/one", None),
        ("GET", "/api/v1/nodes", None),
        ("GET", "/api/v1/secrets", None),
        ("GET", f"{NAMESPACES}/kube-system/secrets", None),
        ("GET", f"{NAMESPACES}/{NAMESPACE}/secrets/ngf-console-agent-token", None),
        ("POST", f"{NAMESPACES}/{NAMESPACE}/secrets", body("Secret", "v1", "one")),
        ("POST", f"{NAMESPACES}/{NAMESPACE}/pods", body("Pod", "v1", "one", spec=POD["spec"])),
        ("POST", f"{NAMESPACES}/default/serviceaccounts/default/token", {"spec": {}}),
        ("DELETE", f"{NAMESPACES}/default", None),
        ("DELETE", f"{OURS}/namespaces/{NAMESPACE}/inferencestacks/one", None),
        (
            "POST",
            f"{RBAC}/namespaces/{NAMESPACE}/roles",
            body("Role", "rbac.authorization.k8s.io/v1", "all", rules=ALL),
        ),
        (
            "POST",
            f"{RBAC}/clusterroles",
            body("ClusterRole", "rbac.authorization.k8s.io/v1", "all", rules=READS),
        ),
        (
            "POST",
            f"{RBAC}/namespaces/kube-system/rolebindings",
            body(
                "RoleBinding",
                "rbac.authorization.k8s.io/v1",
                "all",
                roleRef={
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "cluster-admin",
                },
                subjects=[{"kind": "ServiceAccount", "name": "one", "namespace": NAMESPACE}],
            ),
        ),
    ],
)
def test_the_operator_is_refused_what_is_not_its_work(
    operator: Account, method: str, path: str, sent: Obj | None
) -> None:
    answer = operator.call(method, path, sent)
    assert (answer.status, answer.reason) == (403, "Forbidden")
