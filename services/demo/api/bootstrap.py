"""What a new cluster already holds: its namespaces, the kubernetes Service, the default roles."""

from services.demo.api.collector import SYSTEM_NAMESPACES
from services.demo.api.seeding import Seeding
from services.demo.api.statuses import Obj

_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_VIEWED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "",
        (
            "configmaps",
            "endpoints",
            "events",
            "namespaces",
            "persistentvolumeclaims",
            "pods",
            "serviceaccounts",
            "services",
        ),
    ),
    ("apps", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    ("autoscaling", ("horizontalpodautoscalers",)),
    ("batch", ("jobs",)),
    ("discovery.k8s.io", ("endpointslices",)),
)


def bootstrap(store: Seeding) -> None:
    """Create it."""
    for name in SYSTEM_NAMESPACES:
        store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name, rules in _roles().items():
        store.create(_rbac("ClusterRole", name) | {"rules": rules})
    for name, role, group in (
        ("cluster-admin", "cluster-admin", "system:masters"),
        ("system:discovery", "system:discovery", "system:authenticated"),
        ("system:basic-user", "system:basic-user", "system:authenticated"),
        ("system:public-info-viewer", "system:public-info-viewer", "system:unauthenticated"),
    ):
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}
        store.create(
            _rbac("ClusterRoleBinding", name) | {"roleRef": reference, "subjects": [subject]}
        )
    store.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "kubernetes",
                "namespace": "default",
                "labels": {"component": "apiserver", "provider": "kubernetes"},
            },
            "spec": {
                "clusterIP": "10.96.0.1",
                "ports": [{"name": "https", "port": 443, "targetPort": 6443}],
            },
        }
    )


def _rbac(kind: str, name: str) -> Obj:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}},
    }


def _roles() -> dict[str, list[Obj]]:
    everything = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    ]
    paths = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*"]
    discovery = [
        {"nonResourceURLs": [*paths, "/readyz", "/version", "/version/"], "verbs": ["get"]}
    ]
    public = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    reviews = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
    basic = [
        {"apiGroups": ["authorization.k8s.io"], "resources": reviews, "verbs": ["create"]},
        {
            "apiGroups": ["authentication.k8s.io"],
            "resources": ["selfsubjectreviews"],
            "verbs": ["create"],
        },
    ]
    view = [
        {"apiGroups": [group], "resources": list(resources), "verbs": _READ}
        for group, resources in _VIEWED
    ]
    writable = [rule | {"verbs": [*_READ, *_WRITE]} for rule in view]
    secrets = {"apiGroups": [""], "resources": ["secrets"], "verbs": [*_READ, *_WRITE]}
    roles = {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["roles", "rolebindings"],
        "verbs": [*_READ, *_WRITE],
    }
    return {
        "cluster-admin": everything,
        "system:discovery": discovery,
        "system:basic-user": basic,
        "system:public-info-viewer": [{"nonResourceURLs": public, "verbs": ["get"]}],
        "view": view,
        "edit": [*writable, secrets],
        "admin": [*writable, secrets, roles],
    }
