"""What an installation of NGF leaves on a cluster: its control plane, and a data plane a Gateway.

Names and labels are those of the chart and of NGF's provisioner.
"""

from collections.abc import Iterable, Iterator

from ngf_operator.gateway.access_log import FIELDS, MARKED

from services.demo.seed.objects import GATEWAY_API, NGF, Obj, made, namespace
from services.demo.seed.workloads import pod

VERSION = "2.6.7"
_SPACE = "nginx-gateway"
_RELEASE = {"app.kubernetes.io/name": "nginx-gateway-fabric", "app.kubernetes.io/instance": "ngf"}
MANAGED_BY = "ngf-nginx"
GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
SCRAPED = {"prometheus.io/scrape": "true", "prometheus.io/port": "9113"}
_CLASS_ARGS = (
    "controller",
    "--gateway-ctlr-name=gateway.nginx.org/nginx-gateway-controller",
    "--gatewayclass=nginx",
    "--config=ngf-config",
    "--gateway-api-inference-extension",
)


def access_log(route_variable: bool = False) -> Obj:
    """Settings of an access log in JSON. A variable that names the route has to be declared on the
    gateway (SnippetsPolicy), or NGINX refuses its configuration."""
    values = dict((*FIELDS, MARKED if route_variable else (MARKED[0], "-")))
    written = ",".join(f'"{key}":"{value}"' for key, value in values.items())
    return {"escape": "json", "format": "{" + written + "}"}


def controller(age: float, *, plus: bool = False, snippets: bool = True) -> Iterator[Obj]:
    """The class, the control plane with its settings, and its pod."""
    labels = {**_RELEASE, "app.kubernetes.io/version": VERSION}
    image = f"ghcr.io/nginx/nginx-gateway-fabric:{VERSION}"
    args = [*_CLASS_ARGS]
    args += ["--snippets"] if snippets else []
    args += ["--nginx-plus"] if plus else []
    settings = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "ngf-proxy-config"}
    yield namespace(_SPACE, age)
    yield made(
        GATEWAY_API,
        "GatewayClass",
        "nginx",
        age,
        labels=labels,
        spec={
            "controllerName": "gateway.nginx.org/nginx-gateway-controller",
            "description": "NGINX Gateway Fabric",
            "parametersRef": {**settings, "namespace": _SPACE},
        },
    )
    yield made(
        NGF,
        "NginxGateway",
        f"{_SPACE}/ngf-config",
        age,
        labels=labels,
        spec={"logging": {"level": "info"}},
    )
    yield made(
        "gateway.nginx.org/v1alpha2",
        "NginxProxy",
        f"{_SPACE}/ngf-proxy-config",
        age,
        labels=labels,
        spec={
            "ipFamily": "dual",
            "logging": {"errorLevel": "info", "accessLog": access_log()},
            "telemetry": {"exporter": {"endpoint": "otel-collector.platform.svc:4317"}},
            "kubernetes": {"deployment": {"replicas": 2}},
        },
    )
    place = f"{_SPACE}/ngf-nginx-gateway-fabric"
    yield _deployment(place, age, labels, _RELEASE, image, args, 1) | {"status": _all_ready(1)}
    yield pod(
        f"{_SPACE}/ngf-nginx-gateway-fabric-7f9c5d8b6-x2k4q",
        age,
        image,
        args=args,
        labels={**_RELEASE, "pod-template-hash": "7f9c5d8b6"},
        annotations=SCRAPED,
    )


def data_planes(gateways: Iterable[Obj], *, plus: bool = False) -> Iterator[Obj]:
    """What NGF's provisioner makes next to each Gateway of class nginx: Service, Deployment, pods.

    A Gateway that wants an address that cannot be had gets a Service that waits for it.
    """
    for gateway in gateways:
        if gateway["spec"]["gatewayClassName"] == "nginx":
            yield from _running(gateway, plus)


def _running(gateway: Obj, plus: bool) -> Iterator[Obj]:
    service, deployment = data_plane(gateway, plus=plus)
    labels, count = service["metadata"]["labels"], deployment["spec"]["replicas"]
    if "addresses" not in gateway["spec"]:
        ingress = [{"ip": address(gateway), "ipMode": "VIP"}]
        service["status"] = {"loadBalancer": {"ingress": ingress}}
    deployment["status"] = _all_ready(count)
    place = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
    pods = [
        pod(
            f"{place}-6d4b9c7f8-{end}",
            0,
            deployment["spec"]["template"]["spec"]["containers"][0]["image"],
            labels=labels,
            annotations=SCRAPED,
            container="nginx",
        )
        for end in ("p7wzd", "tq5mc")
    ]
    for obj in (service, deployment, *pods):
        obj["metadata"]["creationTimestamp"] = gateway["metadata"]["creationTimestamp"]
        yield obj


def data_plane(
    gateway: Obj, *, plus: bool = False, replicas: int = 2, service_type: str = "LoadBalancer"
) -> tuple[Obj, Obj]:
    """The Service and the Deployment of a Gateway, before anything has come of them."""
    space, name = gateway["metadata"]["namespace"], gateway["metadata"]["name"]
    called = data_plane_name(gateway)
    given = gateway["spec"].get("infrastructure") or {}
    labels = {
        "app.kubernetes.io/name": called,
        "app.kubernetes.io/instance": "ngf",
        "app.kubernetes.io/managed-by": MANAGED_BY,
        GATEWAY_LABEL: name,
    }
    image = f"ghcr.io/nginx/nginx-gateway-fabric/nginx:{VERSION}"
    if plus:
        image = f"private-registry.nginx.com/nginx-gateway-fabric/nginx-plus:{VERSION}"
    ports = {one["port"]: one["protocol"] for one in gateway["spec"]["listeners"]}
    spec: Obj = {
        "type": service_type,
        "selector": labels,
        "ports": [
            {
                "name": f"port-{port}",
                "port": port,
                "protocol": "UDP" if protocol == "UDP" else "TCP",
            }
            for port, protocol in ports.items()
        ],
    }
    if service_type != "ClusterIP":
        spec["externalTrafficPolicy"] = "Local"
    place, more = f"{space}/{called}", {**(given.get("labels") or {}), **labels}
    service = made("v1", "Service", place, 0, labels=more, spec=spec)
    if given.get("annotations"):
        service["metadata"]["annotations"] = given["annotations"]
    return service, _deployment(place, 0, more, labels, image, [], replicas)


def data_plane_name(gateway: Obj) -> str:
    """What a Gateway's Service and Deployment are called."""
    return f"{gateway['metadata']['name']}-{gateway['spec']['gatewayClassName']}"


def address(gateway: Obj) -> str:
    """The address of the Service of a Gateway: one of a network for documentation."""
    return service_address(gateway["metadata"]["namespace"], data_plane_name(gateway))


def service_address(namespace: str, name: str) -> str:
    """The address of a Service of type LoadBalancer."""
    return f"203.0.113.{sum(f'{namespace}/{name}'.encode()) % 200 + 10}"


def _deployment(
    place: str, age: float, labels: Obj, selector: Obj, image: str, args: list[str], count: int
) -> Obj:
    container: Obj = {"name": "nginx-gateway" if args else "nginx", "image": image}
    if args:
        container["args"] = args
    return made(
        "apps/v1",
        "Deployment",
        place,
        age,
        labels=labels,
        spec={
            "replicas": count,
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": selector, "annotations": SCRAPED},
                "spec": {"containers": [container]},
            },
        },
    )


def _all_ready(count: int) -> Obj:
    return {
        "observedGeneration": 1,
        "replicas": count,
        "updatedReplicas": count,
        "readyReplicas": count,
        "availableReplicas": count,
    }
