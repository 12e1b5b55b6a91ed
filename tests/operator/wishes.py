"""A bundle and a stack that want every kind of child there is."""

from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi

GROUP = "/apis/ngf-console.f5.com/v1alpha1"


def stack_path(namespace: str, name: str = "") -> str:
    base = f"{GROUP}/namespaces/{namespace}/inferencestacks"
    return f"{base}/{name}" if name else base


def make_consenting(api: KubeApi, name: str, to: str) -> None:
    """Make a namespace that lets its Secrets be granted to bundles of another."""
    about = {"name": name, "annotations": {"ngf-console.f5.com/grants-to": to}}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": about}
    api.post("/api/v1/namespaces", body).ok()


def whole_bundle(name: str, secrets: str, **spec: object) -> Obj:
    """Gateway, NginxProxy, SnippetsFilter, SnippetsPolicy, Certificate, and a ReferenceGrant in the
    namespace ``secrets``, which has to consent to that."""
    refs = [{"name": "shop", "namespace": secrets}]
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": name},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [
                {"name": "http", "port": 80, "protocol": "HTTP"},
                {
                    "name": "https",
                    "port": 443,
                    "protocol": "HTTPS",
                    "hostname": "shop.example",
                    "tls": {"mode": "Terminate", "certificateRefs": refs},
                },
            ],
            "nginxProxy": {"enabled": True, "logging": {"errorLevel": "warn"}},
            "snippetsFilter": {"enabled": True, "serverSnippet": "gzip on;"},
            "tls": {"certManager": {"issuerRef": {"name": "ca"}, "dnsNames": ["shop.example"]}},
            **spec,
        },
    }


def whole_stack(name: str, gateway: str, **spec: object) -> Obj:
    """Pool, picker with all its objects, engine, scaler, route with policies, and GPU metrics."""
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "InferenceStack",
        "metadata": {"name": name},
        "spec": {
            "modelName": "m",
            "servingBackend": "vllm",
            "pool": {
                "gpuType": "H100",
                "gpuCount": 1,
                "replicas": 1,
                "minReplicas": 1,
                "maxReplicas": 3,
            },
            "modelServer": {"enabled": True},
            "epp": {"strategy": "least_queue"},
            "autoscaling": {
                "backend": "keda",
                "serverAddress": "http://prometheus:9090",
                "thresholds": [{"metric": "queue_depth", "target": 5}],
            },
            "httpRoute": {"gatewayRef": gateway, "hostnames": ["m.example"]},
            "dcgm": {"enabled": True},
            "distributedCloud": {
                "tenant": "t",
                "namespace": "n",
                "publicHostname": "m.example",
            },
            **spec,
        },
    }


def install_ngf(api: KubeApi, namespace: str) -> None:
    """A class and a control plane of NGF that takes snippets, as far as the operator looks."""
    controller = "gateway.nginx.org/nginx-gateway-controller"
    gateway_class = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "nginx"},
        "spec": {"controllerName": controller},
    }
    api.apply("/apis/gateway.networking.k8s.io/v1/gatewayclasses/nginx", gateway_class, "t").ok()
    labels = {"app.kubernetes.io/name": "nginx-gateway-fabric"}
    container = {
        "name": "nginx-gateway",
        "image": "example/ngf:2.6.7",
        "args": ["controller", f"--gateway-ctlr-name={controller}", "--snippets"],
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "ngf", "labels": labels},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    api.apply(f"/apis/apps/v1/namespaces/{namespace}/deployments/ngf", deployment, "t").ok()


PLACES = {
    "Certificate": "cert-manager.io/v1/certificates",
    "ClientSettingsPolicy": "gateway.nginx.org/v1alpha1/clientsettingspolicies",
    "ConfigMap": "v1/configmaps",
    "DaemonSet": "apps/v1/daemonsets",
    "Deployment": "apps/v1/deployments",
    "DistributedCloudPublish": "ngf-console.f5.com/v1alpha1/distributedcloudpublishes",
    "Gateway": "gateway.networking.k8s.io/v1/gateways",
    "HTTPRoute": "gateway.networking.k8s.io/v1/httproutes",
    "InferencePool": "inference.networking.k8s.io/v1/inferencepools",
    "NginxProxy": "gateway.nginx.org/v1alpha2/nginxproxies",
    "ProxySettingsPolicy": "gateway.nginx.org/v1alpha1/proxysettingspolicies",
    "ReferenceGrant": "gateway.networking.k8s.io/v1beta1/referencegrants",
    "Role": "rbac.authorization.k8s.io/v1/roles",
    "RoleBinding": "rbac.authorization.k8s.io/v1/rolebindings",
    "ScaledObject": "keda.sh/v1alpha1/scaledobjects",
    "Service": "v1/services",
    "ServiceAccount": "v1/serviceaccounts",
    "SnippetsFilter": "gateway.nginx.org/v1alpha1/snippetsfilters",
    "SnippetsPolicy": "gateway.nginx.org/v1alpha1/snippetspolicies",
}
"""Version and plural of every kind of child."""


def place(kind: str, namespace: str, name: str = "") -> str:
    """Where a child is, or the collection of its kind."""
    version, _, plural = PLACES[kind].rpartition("/")
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{root}/namespaces/{namespace}/{plural}{f'/{name}' if name else ''}"
