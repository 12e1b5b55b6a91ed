"""REST of the audit log: what was changed, by whom, and what exactly."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from flask_openapi3 import OpenAPI
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from werkzeug.wrappers import Response

from api.conditions import Seen
from api.guard import current_identity
from api.lists import LIST, own_answer
from api.openapi import CLUSTER, V1, answer, blueprint
from services.configdb.audit import AuditRecord
from services.container import Container
from services.errors import NotFound

OPTIONS: tuple[str, ...] = ("kind", "namespace", "name", "actor", "verb", "outcome")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be between the years 1 and 9999 in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class AuditParams(BaseModel):
    """What the log of one cluster can be asked; empty means all."""

    kind: str = Field("", description="Plural, such as httproutes")
    namespace: str = ""
    name: str = ""
    actor: str = ""
    verb: str = Field("", description="create, update or delete")
    outcome: str = Field("", description="done, denied or failed")
    search: str = ""
    since: Moment | None = Field(None, description="RFC 3339")
    until: Moment | None = Field(None, description="RFC 3339")
    sort: str = Field("-time", description="time, actor, cluster, kind, name, ...; - descending")
    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(50, alias="pageSize", ge=1, le=500)


class FleetAuditParams(AuditParams):
    """What the whole log can be asked."""

    cluster: str = ""


class OnCluster(BaseModel):
    """One cluster's part of the log."""

    cluster: str


class Entry(BaseModel):
    """One entry."""

    id: int = Field(ge=1, le=2**31 - 1)


class EntryOnCluster(Entry, OnCluster):
    """One entry about a cluster."""


class Diff(BaseModel):
    """Before and after as JSON text, and the fields that differ."""

    id: int
    action: str
    resource: str
    name: str
    namespace: str
    cluster: str
    beforeJson: str | None
    afterJson: str | None
    changes: list[dict[str, Any]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/audit`` for the whole fleet and below each cluster."""
    fleet, one = blueprint("audit", V1), blueprint("audit-cluster", CLUSTER)
    audit = container.audit

    def listed(cluster: str, query: AuditParams, header: Seen) -> Response:
        found = audit.list(
            current_identity(),
            cluster=cluster or None,
            **{name: getattr(query, name) or None for name in OPTIONS},
            since=query.since,
            until=query.until,
            search=query.search,
            sort=query.sort,
            page=query.page,
            page_size=query.page_size,
        )
        return own_answer([_plain(entry.as_dict()) for entry in found.items], found.total, header)

    @fleet.get("/audit", operation_id="list_audit", **LIST)
    def entries(query: FleetAuditParams, header: Seen) -> Response:
        """The audit log, newest first; entries without their bodies."""
        return listed(query.cluster, query, header)

    @one.get("/audit", operation_id="list_audit_on_cluster", **LIST)
    def entries_on_cluster(path: OnCluster, query: AuditParams, header: Seen) -> Response:
        """The audit log of one cluster, newest first; entries without their bodies."""
        container.fleet.visible(current_identity(), path.cluster)
        return listed(path.cluster, query, header)

    @fleet.get("/audit/diff/<int:id>", responses={"200": Diff}, operation_id="get_audit_diff")
    def diff(path: Entry) -> Response:
        """What one entry changed."""
        return answer(_diff(audit.get(current_identity(), path.id)))

    @one.get(
        "/audit/diff/<int:id>",
        responses={"200": Diff},
        operation_id="get_audit_diff_on_cluster",
    )
    def diff_on_cluster(path: EntryOnCluster) -> Response:
        """What one entry about this cluster changed."""
        who = current_identity()
        container.fleet.visible(who, path.cluster)
        entry = audit.get(who, path.id)
        if entry.cluster != path.cluster:
            raise NotFound(f"There is no audit entry {path.id} about {path.cluster}.", id=path.id)
        return answer(_diff(entry))

    server.register_api(fleet)
    server.register_api(one)


def _diff(entry: AuditRecord) -> dict[str, Any]:
    return {
        "id": entry.id,
        "action": entry.verb,
        "resource": entry.kind,
        "name": entry.name,
        "namespace": entry.namespace,
        "cluster": entry.cluster,
        "beforeJson": json.dumps(entry.before) if entry.before else None,
        "afterJson": json.dumps(entry.after) if entry.after else None,
        "changes": entry.diff,
    }


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entry.items()
        if name not in ("before", "after")
    }
