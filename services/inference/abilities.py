"""What a model endpoint can have on a cluster: GPUs, scalers, gateways, and what is installed.

Everything with its evidence in words; None is not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ngf_operator.gateway.abilities import Ability

from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.clusters.gpus import GpuReadings
from services.gatewayapi import conditions
from services.gatewayapi.abilities import Absent, abilities, installed
from services.kube.catalogue import KINDS
from services.kube.shelf import Snapshot

Object = Mapping[str, Any]
_NEEDED = ("inferencestacks", "inferencepools", "httproutes", "distributedcloudpublishes")


@dataclass(frozen=True, slots=True)
class GpuType:
    """GPUs of one product; ``free`` is None where only totals are told. ``node_label`` is the label
    and value that name the product on its nodes, "" where none does."""

    name: str
    total: int
    free: int | None
    resource: str
    nodes: tuple[str, ...]
    node_label: str = ""


@dataclass(frozen=True, slots=True)
class GatewayChoice:
    """A Gateway that a route can attach to. ``open`` is whether a listener of it takes routes of
    every namespace."""

    namespace: str
    name: str
    class_name: str
    status: str
    listeners: tuple[str, ...]
    hosts: tuple[str, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class StackAbilities:
    """Of one cluster. ``prometheus_addresses`` are those that a scaler can be given."""

    cluster: str
    inference: Ability
    keda: Ability
    external_metrics: Ability
    prometheus: Ability
    prometheus_addresses: tuple[str, ...]
    gpu_operator: Ability
    dcgm: Ability
    gpus: tuple[GpuType, ...]
    gpus_evidence: str
    gateways: tuple[GatewayChoice, ...]
    namespaces: tuple[str, ...]
    absent: tuple[Absent, ...]
    pool_version: str

    def lacks(self, kind: str) -> str:
        """Why a kind cannot be had, "" where it can."""
        return next((one.reason for one in self.absent if one.kind == kind), "")


def stack_abilities(who: Identity, cluster: Cluster, readings: GpuReadings) -> StackAbilities:
    """What a cluster can give a model endpoint."""
    gateways = abilities(who, cluster)
    pools = cluster.snapshot("inferencepools")
    gpus, evidence = _gpus(cluster, readings)
    prometheuses = addresses(who, cluster)
    return StackAbilities(
        cluster.name,
        gateways.inference,
        installed(cluster.snapshot("scaledobjects"), "KEDA", "ScaledObjects"),
        external_metrics(who, cluster),
        _prometheus(prometheuses),
        prometheuses,
        _gpu_operator(cluster),
        dcgm(who, cluster),
        gpus,
        evidence,
        tuple(_gateways(who, cluster)),
        gateways.namespaces,
        tuple(_absent(cluster)),
        pools.resource.api_version if pools.resource else "",
    )


def external_metrics(who: Identity, cluster: Cluster) -> Ability:
    """Whether an HPA can ask for what no pod says of itself."""
    snapshot = cluster.snapshot("apiservices")
    if not _read(snapshot):
        why = f"It is not known whether anything answers for external metrics: {snapshot.why}."
        return Ability(None, why)
    for name, obj in snapshot.objects.items():
        if name[1].endswith(".external.metrics.k8s.io"):
            said = conditions.find((obj.get("status") or {}).get("conditions"), "Available") or {}
            service = (obj.get("spec") or {}).get("service") or {}
            namespace = str(service.get("namespace", ""))
            seen = who.may_see(cluster.name, namespace)
            whose = f"{namespace}/{service.get('name', '')}" if seen else "A Service"
            if said.get("status") == "True":
                return Ability(True, f"{whose} answers for external metrics.")
            told = said.get("message") if seen else ""
            told = told or "it has not said that it is available"
            return Ability(False, f"{whose} is to answer for external metrics: {told}")
    return Ability(
        False,
        "Nothing answers for external metrics (external.metrics.k8s.io): an HPA cannot read the"
        " metrics of an engine. KEDA or the Prometheus adapter brings it.",
    )


def _read(snapshot: Snapshot) -> bool:
    """Whether it is known which objects there are."""
    return snapshot.as_of is not None or snapshot.state == "absent"


def _prometheus(found: tuple[str, ...]) -> Ability:
    if found:
        return Ability(True, f"Prometheus answers at {found[0]}.")
    said = "No Service of the cluster is labelled as Prometheus; give its address by hand."
    return Ability(None, said)


def addresses(who: Identity, cluster: Cluster) -> tuple[str, ...]:
    """Where Prometheus answers, by what one may see: addresses that ScaledObjects ask, without
    what signs in there, and of Services that are labelled as Prometheus servers."""
    found = (*_asked(who, cluster), *_prometheuses(who, cluster))
    return tuple(dict.fromkeys(found))


def _asked(who: Identity, cluster: Cluster) -> Iterator[str]:
    for (namespace, _), obj in sorted(cluster.snapshot("scaledobjects").objects.items()):
        if not who.may_see(cluster.name, namespace):
            continue
        for trigger in (obj.get("spec") or {}).get("triggers") or ():
            if address := _open((trigger.get("metadata") or {}).get("serverAddress")):
                yield address


def _open(address: Any) -> str:
    """An address without user and password; "" where it is none."""
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _prometheuses(who: Identity, cluster: Cluster) -> Iterator[str]:
    for (namespace, name), obj in sorted(cluster.snapshot("services").objects.items()):
        labels = obj["metadata"].get("labels") or {}
        named = labels.get("app.kubernetes.io/name") or labels.get("app") or ""
        part = labels.get("app.kubernetes.io/component") or labels.get("component") or "server"
        ours = named in ("prometheus", "kube-prometheus-stack-prometheus")
        seen = who.may_see(cluster.name, namespace)
        if not ours or not seen or part not in ("server", "prometheus"):
            continue
        ports = [one.get("port") for one in (obj.get("spec") or {}).get("ports") or ()]
        port = 9090 if 9090 in ports else next(iter(ports), 9090)
        yield f"http://{name}.{namespace}.svc:{port}"


def _gpu_operator(cluster: Cluster) -> Ability:
    for (_, name), obj in sorted(cluster.snapshot("nodes").objects.items()):
        for label in obj["metadata"].get("labels") or {}:
            if label.startswith("nvidia.com/gpu."):
                return Ability(True, f"Node {name} is labelled with {label}.")
    return Ability(None, "No node has labels of the GPU operator or its feature discovery.")


def dcgm(who: Identity, cluster: Cluster) -> Ability:
    """Whether an exporter of GPU metrics runs already."""
    snapshot = cluster.snapshot("daemonsets")
    if not _read(snapshot):
        said = f"It is not known whether anything exports metrics of GPUs: {snapshot.why}."
        return Ability(None, said)
    for (namespace, name), obj in sorted(snapshot.objects.items()):
        template = (obj.get("spec") or {}).get("template") or {}
        for container in (template.get("spec") or {}).get("containers") or ():
            if "dcgm-exporter" in str(container.get("image") or ""):
                seen = who.may_see(cluster.name, namespace)
                which = f"DaemonSet {namespace}/{name}" if seen else "A DaemonSet of the cluster"
                return Ability(True, f"{which} exports metrics of GPUs.")
    return Ability(False, "No DaemonSet of the cluster exports metrics of GPUs.")


def _gpus(cluster: Cluster, readings: GpuReadings) -> tuple[tuple[GpuType, ...], str]:
    reading = readings.of(cluster)
    known = reading.capacity
    if known is None:
        return (), reading.reason
    found = []
    for name, count in sorted(known.types.items()):
        nodes = [one for one in known.nodes if one.product == name]
        free = None if count.allocated is None else count.total - count.allocated
        places = tuple(one.node for one in nodes if one.node)
        resource = nodes[0].resource if nodes else ""
        found.append(GpuType(name, count.total, free, resource, places, _label(cluster, places)))
    whence = "nodes and pods" if reading.source == "nodes" else "the agent's last report"
    return tuple(found), f"Counted from {whence} of {cluster.name}."


def _label(cluster: Cluster, nodes: tuple[str, ...]) -> str:
    objects = cluster.snapshot("nodes").objects
    for node in nodes:
        labels = (objects.get(("", node)) or {"metadata": {}})["metadata"].get("labels") or {}
        for key in ("nvidia.com/gpu.product", "amd.com/gpu.product-name"):
            if key in labels:
                return f"{key}={labels[key]}"
    return ""


def _gateways(who: Identity, cluster: Cluster) -> Iterator[GatewayChoice]:
    for place, obj in sorted(cluster.snapshot("gateways").objects.items()):
        if not who.may_see(cluster.name, place[0]):
            continue
        listeners = [
            one
            for one in obj["spec"].get("listeners") or ()
            if one.get("protocol") in ("HTTP", "HTTPS")
        ]
        ways = [
            ((one.get("allowedRoutes") or {}).get("namespaces") or {}).get("from", "Same")
            for one in listeners
        ]
        yield GatewayChoice(
            *place,
            str(obj["spec"].get("gatewayClassName", "")),
            conditions.gateway(obj).status,
            tuple(str(one.get("name", "")) for one in listeners),
            tuple(dict.fromkeys(one["hostname"] for one in listeners if one.get("hostname"))),
            "All" in ways,
        )


def _absent(cluster: Cluster) -> Iterator[Absent]:
    for name in _NEEDED:
        if cluster.snapshot(name).state == "absent":
            kind = KINDS[name].kind
            yield Absent(kind, f"{kind} is not installed on {cluster.name}.")
