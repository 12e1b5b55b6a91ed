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


def listener_set(place: str, age: float, gateway: str, *listeners: Obj) -> Obj:
    """A ListenerSet that asks ``namespace/gateway`` to take its listeners."""
    spec = {"parentRef": parent(gateway), "listeners": list(listeners)}
    return made(GATEWAY_API, "ListenerSet", place, age, spec=spec)


def parent(text: str) -> Obj:
    """``namespace/gateway#section`` as a parentRef; ``ListenerSet:namespace/name#section`` of
    another kind."""
    kind, _, named = text.rpartition(":")
    place, _, section = named.partition("#")
    space, _, name = place.rpartition("/")
    found: Obj = {"kind": kind, "name": name} if kind else {"name": name}
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


def marked(place: str) -> Obj:
    """A filter by which the access log names a rule: ``namespace/route/rule`` as an answer's header
    that the log format writes down."""
    header = {"name": "X-NGF-Route", "value": place}
    return {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [header]}}


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
    """A policy on ``Kind/name``; all kinds but one take a list of targets."""
    target_kind, _, name = target.partition("/")
    ref = {"group": GATEWAY_API.partition("/")[0], "kind": target_kind, "name": name}
    if target_kind == "Service":
        ref["group"] = "core"
    where = {"targetRef": ref} if kind == "ClientSettingsPolicy" else {"targetRefs": [ref]}
    return made(version, kind, place, age, spec={**where, **spec})


def tls(place: str, age: float, days: float, *hosts: str, lasted: float = 90, **more: Any) -> Obj:
    """A TLS Secret with a certificate that ends in ``days`` (negative: has ended), begins
    ``lasted`` days before today or before its end, and has the demo's authority behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    served = _issued(hosts[0], key, days, lasted).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(one) for one in hosts]), False
    )
    certificate = served.sign(_authority_key(), hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = _pem(certificate) + authority()
    data = {
        "tls.crt": base64.b64encode(chain.encode()).decode(),
        "tls.key": base64.b64encode(private).decode(),
    }
    return made("v1", "Secret", place, age, type="kubernetes.io/tls", data=data, **more)


def authority() -> str:
    """The certificate (PEM) of the authority that signs every certificate of the demo."""
    key = _authority_key()
    built = _issued(_ISSUER, key, 1_500, 90).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return _pem(built.sign(key, hashes.SHA256()))


_ISSUER = "Demo Issuing CA"


def _authority_key() -> ec.EllipticCurvePrivateKey:
    """The same every time, so that what it signed yesterday is its own today; nobody trusts it."""
    return ec.derive_private_key(20_260_131, ec.SECP256R1())


def _issued(
    subject: str, key: ec.EllipticCurvePrivateKey, days: float, lasted: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(_ISSUER))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=min(days, 0) - lasted))
        .not_valid_after(now + timedelta(days=days))
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


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


def flux(kustomization: str, obj: Obj) -> Obj:
    """``obj`` as Flux's kustomize-controller leaves it."""
    obj["metadata"].setdefault("labels", {}).update(
        {
            "kustomize.toolkit.fluxcd.io/name": kustomization,
            "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        }
    )
    return obj
