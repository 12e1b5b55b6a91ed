"""cert-manager: a Certificate gets a Secret with a key and a certificate of the demo's own CA."""

import re
from datetime import UTC, datetime, timedelta

from services.demo.controllers.cluster import Cluster, Key, itself
from services.demo.controllers.running import Controller
from services.demo.seed.objects import Obj, tls

BY = "cert-manager-certificates-issuing"
TAKES = 2.0
"""Seconds that an issuer takes."""
TOLD = 0.5
"""Seconds from a Secret to what the Certificate says of it."""
MADE_FOR = "cert-manager.io/certificate-name"
DURATION, RENEW = timedelta(hours=2160), 2 / 3
"""How long a certificate lasts where it does not say, and which part of it passes until it is
renewed."""
_PART = re.compile(r"([0-9.]+)(h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def act(cluster: Cluster, key: Key) -> float | None:
    """Issue what is wanted and not there, once its issuer is; then say so."""
    one = cluster.ours("Certificate", key)
    if one is None:
        return None
    spec, (namespace, name) = one["spec"], key
    secret = cluster.find("Secret", (namespace, spec["secretName"]))
    hosts = [*(spec.get("dnsNames") or ())] or [spec.get("commonName", name)]
    wanted = _annotations(name, spec, hosts)
    held = ((secret or {}).get("metadata") or {}).get("annotations") or {}
    if secret and wanted.items() <= held.items():
        _told(cluster, one)
        return None
    text = "Issuing certificate as Secret does not exist"
    asked = cluster.condition(one, "Issuing", True, "DoesNotExist", text)
    missing = cluster.condition(one, "Ready", False, "DoesNotExist", text)
    cluster.say(one, {"conditions": [asked, missing]}, BY)
    left = TAKES - cluster.since(asked["lastTransitionTime"])
    if left > 0:
        return left
    if not _issuer(cluster, namespace, spec["issuerRef"]):
        return None
    days = _lasts(spec) / timedelta(days=1)
    made = tls(f"{namespace}/{spec['secretName']}", 0, days, *hosts, lasted=0, annotations=wanted)
    made["metadata"]["labels"] = {"controller.cert-manager.io/fao": "true"}
    if secret:
        metadata = {part: made["metadata"][part] for part in ("labels", "annotations")}
        cluster.patch(secret, {"data": made["data"], "metadata": metadata}, BY)
    else:
        cluster.create(made, BY)
    return TOLD


def _issuer(cluster: Cluster, namespace: str, reference: Obj) -> bool:
    """Whether the issuer that is named exists."""
    kind = reference.get("kind", "Issuer")
    place = ("" if kind == "ClusterIssuer" else namespace, reference["name"])
    return cluster.find(kind, place) is not None


def _told(cluster: Cluster, one: Obj) -> None:
    """Say of a certificate that is there that it is, once."""
    status, generation = one.get("status") or {}, one["metadata"]["generation"]
    ready = cluster.condition(
        one, "Ready", True, "Ready", "Certificate is up to date and has not expired"
    )
    ready["observedGeneration"] = generation
    if status.get("conditions") == [ready]:
        return
    now = datetime.fromtimestamp(cluster.now(), UTC)
    lasts = _lasts(one["spec"])
    early = duration(one["spec"].get("renewBefore")) or lasts * (1 - RENEW)
    status = {
        "conditions": [ready],
        "notBefore": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "notAfter": f"{now + lasts:%Y-%m-%dT%H:%M:%SZ}",
        "renewalTime": f"{now + lasts - early:%Y-%m-%dT%H:%M:%SZ}",
        "revision": status.get("revision", 0) + 1,
    }
    cluster.say(one, status, BY)
    cluster.event(one, "Issuing", "The certificate has been successfully issued", BY)


def _lasts(spec: Obj) -> timedelta:
    return duration(spec.get("duration")) or DURATION


def _annotations(name: str, spec: Obj, hosts: list[str]) -> dict[str, str]:
    issuer = spec["issuerRef"]
    return {
        MADE_FOR: name,
        "cert-manager.io/issuer-name": issuer["name"],
        "cert-manager.io/issuer-kind": issuer.get("kind", "Issuer"),
        "cert-manager.io/issuer-group": issuer.get("group", "cert-manager.io"),
        "cert-manager.io/alt-names": ",".join(hosts),
    }


def duration(text: str | None) -> timedelta | None:
    """What Go writes as 2160h or 1h30m0s; None for nothing."""
    parts = _PART.findall(text or "")
    return timedelta(seconds=sum(float(count) * _SECONDS[unit] for count, unit in parts)) or None


def _made_for(cluster: Cluster, secret: Obj) -> list[Key]:
    name = (secret["metadata"].get("annotations") or {}).get(MADE_FOR)
    return [(secret["metadata"]["namespace"], name)] if name else []


def _every(cluster: Cluster, issuer: Obj) -> list[Key]:
    """An issuer may be the one that any Certificate waits for."""
    return list(cluster.all("Certificate"))


CERT_MANAGER = Controller(
    {
        ("cert-manager.io", "certificates"): itself,
        ("cert-manager.io", "issuers"): _every,
        ("cert-manager.io", "clusterissuers"): _every,
        ("", "secrets"): _made_for,
    },
    act,
)
