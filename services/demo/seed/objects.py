"""Kubernetes objects in one line each, for the demo fleet's seed."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Obj = dict[str, Any]
GATEWAY_API = "gateway.networking.k8s.io/v1"
NGF = "gateway.nginx.org/v1alpha1"


def made(api_version: str, kind: str, place: str, age: float, **parts: Any) -> Obj:
    """An object at ``namespace/name`` (or ``name``), ``age`` days old. ``labels`` and
    ``annotations`` go to its metadata, everything else to its top level."""
    namespace, _, name = place.rpartition("/")
    created = datetime.now(UTC) - timedelta(days=age)
    metadata: Obj = {"name": name, "creationTimestamp": created.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if namespace:
        metadata["namespace"] = namespace
    for key in ("labels", "annotations"):
        if key in parts:
            metadata[key] = parts.pop(key)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **parts}


def namespace(name: str, age: float, **labels: str) -> Obj:
    return made("v1", "Namespace", name, age, labels=labels)


def service(place: str, age: float, *ports: int, ready: int = 2, total: int = 0) -> list[Obj]:
    """A Service and its EndpointSlice with ``ready`` of ``total`` endpoints (total: ready)."""
    name = place.rpartition("/")[2]
    endpoints = [
        {
            "addresses": [f"10.32.{sum(place.encode()) % 250}.{n + 10}"],
            "conditions": {"ready": n < ready},
        }
        for n in range(max(ready, total))
    ]
    listed = [{"name": f"p{port}", "port": port, "protocol": "TCP"} for port in ports]
    return [
        made("v1", "Service", place, age, spec={"selector": {"app": name}, "ports": listed}),
        made(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            f"{place}-{sum(place.encode()) % 900 + 100}",
            age,
            labels={"kubernetes.io/service-name": name},
            addressType="IPv4",
            endpoints=endpoints,
            ports=listed,
        ),
    ]


def listener(name: str, port: int, protocol: str, hostname: str = "", **more: Any) -> Obj:
    """A listener; ``cert`` names its Secret, ``routes_from`` who may attach."""
    found: Obj = {"name": name, "port": port, "protocol": protocol}
    if hostname:
        found["hostname"] = hostname
    if cert := more.get("cert"):
        space, _, secret = cert.rpartition("/")
        ref = {"name": secret, **({"namespace": space} if space else {})}
        found["tls"] = {"mode": "Terminate", "certificateRefs": [ref]}
    if more.get("passthrough"):
        found["tls"] = {"mode": "Passthrough"}
    if chosen := more.get("routes_from"):
        allowed: Obj = {"from": chosen}
        if chosen == "Selector":
            allowed["selector"] = {"matchLabels": more["selector"]}
        found["allowedRoutes"] = {"namespaces": allowed}
    return found


def gateway(place: str, age: float, *listeners: Obj, class_name: str = "nginx", **more: Any) -> Obj:
    metadata = {key: more.pop(key) for key in ("labels", "annotations") if key in more}
    spec = {"gatewayClassName": class_name, "listeners": list(listeners), **more}
    return made(GATEWAY_API, "Gateway", place, age, **metadata, spec=spec)


def parent(text: str) -> Obj:
    """``namespace/gateway#section`` as a parentRef."""
    place, _, section = text.partition("#")
    space, _, name = place.rpartition("/")
    found: Obj = {"name": name}
    if space:
        found["namespace"] = space
    if section:
        found["sectionName"] = section
    return found


def to(*backends: str) -> list[Obj]:
    """``namespace/service:port@weight`` as backendRefs."""
    found = []
    for text in backends:
        text, _, weight = text.partition("@")
        place, _, port = text.partition(":")
        space, _, name = place.rpartition("/")
        ref: Obj = {"name": name}
        if space:
            ref["namespace"] = space
        if port:
            ref["port"] = int(port)
        if weight:
            ref["weight"] = int(weight)
        found.append(ref)
    return found


def match(path: str = "", kind: str = "PathPrefix", **more: Any) -> Obj:
    """An HTTP match; ``headers`` and ``query`` are mappings of exact values."""
    found: Obj = {"path": {"type": kind, "value": path}} if path else {}
    if "method" in more:
        found["method"] = more["method"]
    for given, field in (("headers", "headers"), ("query", "queryParams")):
        if given in more:
            found[field] = [{"name": k, "value": v} for k, v in more[given].items()]
    return found


def rule(*matches: Obj, backends: list[Obj] | None = None, **more: Any) -> Obj:
    found: Obj = {**more}
    if matches:
        found["matches"] = list(matches)
    if backends is not None:
        found["backendRefs"] = backends
    return found


def route(
    kind: str,
    place: str,
    age: float,
    parents: str | list[str],
    hosts: str,
    *rules: Obj,
    **more: Any,
) -> Obj:
    """A route of any kind; ``hosts`` are separated by blanks."""
    named = [parents] if isinstance(parents, str) else parents
    spec: Obj = {"parentRefs": [parent(one) for one in named], "rules": list(rules)}
    if hosts:
        spec["hostnames"] = hosts.split()
    return made(GATEWAY_API, kind, place, age, **more, spec=spec)


def targeted(kind: str, place: str, age: float, target: str, spec: Obj, version: str = NGF) -> Obj:
    """A policy on ``Kind/name``; kinds of several targets take a list."""
    target_kind, _, name = target.partition("/")
    ref = {"group": GATEWAY_API.partition("/")[0], "kind": target_kind, "name": name}
    plural = kind in ("ObservabilityPolicy", "RateLimitPolicy", "ProxySettingsPolicy")
    where = {"targetRefs": [ref]} if plural else {"targetRef": ref}
    return made(version, kind, place, age, spec={**where, **spec})


def node(name: str, age: float, labels: Obj | None = None, **capacity: str) -> Obj:
    """A ready node with extra ``nvidia_gpu`` or ``mig_1g`` capacity."""
    spelled = {"nvidia_gpu": "nvidia.com/gpu", "mig_1g": "nvidia.com/mig-1g.10gb"}
    resources = {"cpu": "64", "memory": "527951892Ki", "pods": "110"}
    resources |= {spelled[key]: value for key, value in capacity.items()}
    return made(
        "v1",
        "Node",
        name,
        age,
        labels={"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})},
        status={
            "capacity": resources,
            "allocatable": resources,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            "nodeInfo": {"kubeletVersion": "v1.36.3", "architecture": "amd64"},
        },
    )


def pod(
    place: str, age: float, image: str, node_name: str = "", gpus: str = "", **more: Any
) -> Obj:
    container: Obj = {"name": "main", "image": image, "args": more.pop("args", [])}
    if gpus:
        container["resources"] = {"limits": {"nvidia.com/gpu": gpus}}
    return made(
        "v1",
        "Pod",
        place,
        age,
        **more,
        spec={"containers": [container], **({"nodeName": node_name} if node_name else {})},
        status={"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    )


def controller(version: str, age: float, *, plus: bool = False) -> list[Obj]:
    """What an installation of NGF leaves: class, control plane, its pod."""
    labels = {"app.kubernetes.io/name": "nginx-gateway-fabric", "app.kubernetes.io/instance": "ngf"}
    image = f"ghcr.io/nginx/nginx-gateway-fabric:{version}"
    args = ["controller", "--gateway-ctlr-name=gateway.nginx.org/nginx-gateway-controller"]
    if plus:
        args.append("--nginx-plus")
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "nginx-gateway", "image": image, "args": args}]},
    }
    return [
        namespace("nginx-gateway", age),
        made(
            GATEWAY_API,
            "GatewayClass",
            "nginx",
            age,
            labels={**labels, "app.kubernetes.io/version": version},
            spec={
                "controllerName": "gateway.nginx.org/nginx-gateway-controller",
                "description": "NGINX Gateway Fabric",
            },
        ),
        made(
            "apps/v1",
            "Deployment",
            "nginx-gateway/ngf-nginx-gateway-fabric",
            age,
            labels={**labels, "app.kubernetes.io/version": version},
            spec={"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
            status={"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
        ),
        pod("nginx-gateway/ngf-nginx-gateway-fabric-7f9c", age, image, args=args, labels=labels),
    ]


def tls(place: str, age: float, days: float, *hosts: str) -> Obj:
    """A TLS Secret with a certificate made now that ends in ``days`` (negative: has ended)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo Issuing CA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=min(days, 0) - 90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in hosts]), False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made(
        "v1",
        "Secret",
        place,
        age,
        type="kubernetes.io/tls",
        data={
            "tls.crt": base64.b64encode(
                certificate.public_bytes(serialization.Encoding.PEM)
            ).decode(),
            "tls.key": base64.b64encode(private).decode(),
        },
    )


def argo(application: str, obj: Obj) -> Obj:
    """``obj`` as Argo CD leaves it (annotation tracking)."""
    metadata = obj["metadata"]
    group = obj["apiVersion"].rpartition("/")[0]
    tracked = f"{application}:{group}/{obj['kind']}:{metadata['namespace']}/{metadata['name']}"
    metadata.setdefault("annotations", {})["argocd.argoproj.io/tracking-id"] = tracked
    return obj


def helm(release: str, obj: Obj) -> Obj:
    """``obj`` as Helm leaves it."""
    metadata = obj["metadata"]
    metadata.setdefault("labels", {})["app.kubernetes.io/managed-by"] = "Helm"
    metadata.setdefault("annotations", {}).update(
        {
            "meta.helm.sh/release-name": release,
            "meta.helm.sh/release-namespace": metadata["namespace"],
        }
    )
    return obj
