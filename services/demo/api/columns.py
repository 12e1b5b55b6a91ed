"""Columns that ``kubectl get`` shows of built-in kinds, in the words of the API server's printers.

A definition reads ``Name:type`` with ``:1`` for columns of ``-o wide`` only. The object's name
comes first unless a column is called so: an Event's name is its last.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.demo.api import cells, workload_cells
from services.demo.api.statuses import Obj

Cells = Callable[[Obj, datetime], list[Any]]
"""The cells of an object's row at a time, but for the name that comes first."""

_WORKLOAD = "Containers:string:1 Images:string:1 Selector:string:1"
COLUMNS: dict[str, tuple[str, Cells]] = {
    "pods": (
        "Ready Status Restarts Age IP:string:1 Node:string:1 Nominated_Node:string:1 "
        "Readiness_Gates:string:1",
        workload_cells.pod,
    ),
    "services": ("Type Cluster-IP External-IP Port(s) Age Selector:string:1", cells.service),
    "namespaces": (
        "Status Age",
        lambda obj, now: [cells.at(obj, "status.phase", ""), cells.age_of(obj, now)],
    ),
    "nodes": (
        "Status Roles Age Version Internal-IP:string:1 External-IP:string:1 OS-Image:string:1 "
        "Kernel-Version:string:1 Container-Runtime:string:1",
        cells.node,
    ),
    "configmaps": (
        "Data Age",
        lambda obj, now: [
            len(obj.get("data") or ()) + len(obj.get("binaryData") or ()),
            cells.age_of(obj, now),
        ],
    ),
    "secrets": (
        "Type Data Age",
        lambda obj, now: [obj.get("type"), len(obj.get("data") or ()), cells.age_of(obj, now)],
    ),
    "deployments.apps": (f"Ready Up-to-date Available Age {_WORKLOAD}", workload_cells.deployment),
    "replicasets.apps": (
        f"Desired:integer Current:integer Ready:integer Age {_WORKLOAD}",
        workload_cells.replica_set,
    ),
    "daemonsets.apps": (
        "Desired:integer Current:integer Ready:integer Up-to-date:integer Available:integer "
        f"Node_Selector Age {_WORKLOAD}",
        workload_cells.daemon_set,
    ),
    "statefulsets.apps": (
        "Ready Age Containers:string:1 Images:string:1",
        workload_cells.stateful_set,
    ),
    "jobs.batch": (f"Status Completions Duration Age {_WORKLOAD}", workload_cells.job),
    "horizontalpodautoscalers.autoscaling": (
        "Reference Targets MinPods MaxPods Replicas Age",
        workload_cells.autoscaler,
    ),
    "persistentvolumeclaims": (
        "Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age "
        "VolumeMode:string:1",
        workload_cells.claim,
    ),
    "apiservices.apiregistration.k8s.io": ("Service Available Age", cells.api_service),
    "events": (
        "Last_Seen Type Reason Object Subobject:string:1 Source:string:1 Message "
        "First_Seen:string:1 Count:string:1 Name:string:1",
        cells.event,
    ),
    "leases.coordination.k8s.io": (
        "Holder Age",
        lambda obj, now: [cells.at(obj, "spec.holderIdentity", ""), cells.age_of(obj, now)],
    ),
    "endpoints": ("Endpoints Age", cells.endpoints),
    "endpointslices.discovery.k8s.io": ("AddressType Ports Endpoints Age", cells.endpoint_slice),
    "roles.rbac.authorization.k8s.io": ("Created_At:date", cells.crd_created),
    "clusterroles.rbac.authorization.k8s.io": ("Created_At:date", cells.crd_created),
    "customresourcedefinitions.apiextensions.k8s.io": ("Created_At:date", cells.crd_created),
    "rolebindings.rbac.authorization.k8s.io": (
        "Role Age Users:string:1 Groups:string:1 ServiceAccounts:string:1",
        cells.binding,
    ),
    "clusterrolebindings.rbac.authorization.k8s.io": (
        "Role Age Users:string:1 Groups:string:1 ServiceAccounts:string:1",
        cells.binding,
    ),
}
DEFAULT: tuple[str, Cells] = ("Age", lambda obj, now: [cells.age_of(obj, now)])
