"""What a model endpoint can have on a cluster: GPUs, scalers, gateways, and what is installed.

Everything with its evidence in words; None is not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ngf_operator.gateway.abilities import Ability

from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.clusters.gpus import GpuReadings
from services.gatewayapi import conditions
from services.gatewayapi.abilities import Absent, abilities
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
    addresses = tuple(dict.fromkeys(_prometheuses(cluster)))
    return StackAbilities(
        cluster.name,
        gateways.inference,
        _installed(cluster.snapshot("scaledobjects"), "KEDA", "ScaledObjects"),
        _external_metrics(cluster),
        _prometheus(addresses),
        addresses,
        _gpu_operator(cluster),
        _dcgm(cluster),
        gpus,
        evidence,
        tuple(_gateways(who, cluster)),
        gateways.namespaces,
        tuple(_absent(cluster)),
        pools.resource.api_version if pools.resource else "",
    )


def _installed(snapshot: Snapshot, product: str, what: str) -> Ability:
    if snapshot.state == "absent":
        return Ability(False, f"{product} is not installed: the cluster serves no {what}.")
    if snapshot.resource is None:
        return Ability(None, f"It is not known whether {product} is installed: {snapshot.why}.")
    return Ability(True, f"{product} is installed: {what} are served.")


def _external_metrics(cluster: Cluster) -> Ability:
    """Whether an HPA can ask for what no pod says of itself."""
    for name, obj in cluster.snapshot("apiservices").objects.items():
        if name[1].endswith(".external.metrics.k8s.io"):
            said = conditions.find((obj.get("status") or {}).get("conditions"), "Available") or {}
            service = (obj.get("spec") or {}).get("service") or {}
            whose = f"{service.get('namespace', '')}/{service.get('name', '')}"
            if said.get("status") == "True":
                return Ability(True, f"{whose} answers for external metrics.")
            told = said.get("message") or "it has not said that it is available"
            return Ability(False, f"{whose} is to answer for external metrics: {told}")
    return Ability(
        False,
        "Nothing answers for external metrics (external.metrics.k8s.io): an HPA cannot read the"
        " metrics of an engine. KEDA or the Prometheus adapter brings it.",
    )


def _prometheus(addresses: tuple[str, ...]) -> Ability:
    if addresses:
        return Ability(True, f"Prometheus answers at {addresses[0]}.")
    said = "No Service of the cluster is labelled as Prometheus; give its address by hand."
    return Ability(None, said)


def _prometheuses(cluster: Cluster) -> Iterator[str]:
    """Addresses that other ScaledObjects ask, and of Services that are labelled as Prometheus
    servers."""
    for _, obj in sorted(cluster.snapshot("scaledobjects").objects.items()):
        for trigger in (obj.get("spec") or {}).get("triggers") or ():
            if address := (trigger.get("metadata") or {}).get("serverAddress"):
                yield str(address)
    for (namespace, name), obj in sorted(cluster.snapshot("services").objects.items()):
        labels = obj["metadata"].get("labels") or {}
        named = labels.get("app.kubernetes.io/name") or labels.get("app") or ""
        part = labels.get("app.kubernetes.io/component") or labels.get("component") or "server"
        ours = named in ("prometheus", "kube-prometheus-stack-prometheus")
        if not ours or part not in ("server", "prometheus"):
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


def _dcgm(cluster: Cluster) -> Ability:
    """Whether an exporter of GPU metrics runs already."""
    for (namespace, name), obj in sorted(cluster.snapshot("daemonsets").objects.items()):
        template = (obj.get("spec") or {}).get("template") or {}
        for container in (template.get("spec") or {}).get("containers") or ():
            if "dcgm-exporter" in str(container.get("image") or ""):
                return Ability(True, f"DaemonSet {namespace}/{name} exports metrics of GPUs.")
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
