"""REST of the audit log: what was changed, by whom, and what exactly."""

import json
from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi3 import OpenAPI
from pydantic import AwareDatetime, BaseModel, Field

from api.guard import current_identity
from api.openapi import V1, answer, blueprint
from services.container import Container

OPTIONS: tuple[str, ...] = ("cluster", "kind", "namespace", "name", "actor", "verb", "outcome")


class AuditParams(BaseModel):
    """What the log can be asked; empty means all."""

    cluster: str = ""
    kind: str = Field("", description="Plural, such as httproutes")
    namespace: str = ""
    name: str = ""
    actor: str = ""
    verb: str = Field("", description="create, update or delete")
    outcome: str = Field("", description="done, denied or failed")
    search: str = ""
    since: AwareDatetime | None = Field(None, description="RFC 3339")
    until: AwareDatetime | None = Field(None, description="RFC 3339")
    sort: str = Field("-time", description="time, actor, cluster, kind, name, ...; - descending")
    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(50, alias="pageSize", ge=1, le=500)


class AuditList(BaseModel):
    """Entries without their bodies."""

    items: list[dict[str, Any]]
    total: int


class Entry(BaseModel):
    """One entry."""

    id: int = Field(ge=1, le=2**31 - 1)


class Diff(BaseModel):
    """Before and after as JSON text, and the fields that differ."""

    id: int
    beforeJson: str | None  # noqa: N815
    afterJson: str | None  # noqa: N815
    changes: list[dict[str, Any]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/audit``."""
    group = blueprint("audit", V1)

    @group.get("/audit", responses={"200": AuditList}, operation_id="list_audit")
    def entries(query: AuditParams) -> Response:
        """The audit log, newest first."""
        found = container.audit.list(
            current_identity(),
            **{name: getattr(query, name) or None for name in OPTIONS},
            since=query.since,
            until=query.until,
            search=query.search,
            sort=query.sort,
            page=query.page,
            page_size=query.page_size,
        )
        items = [_plain(one.as_dict()) for one in found.items]
        return answer({"items": items, "total": found.total})

    @group.get("/audit/diff/<int:id>", responses={"200": Diff}, operation_id="get_audit_diff")
    def diff(path: Entry) -> Response:
        """What one entry changed."""
        entry = container.audit.get(current_identity(), path.id)
        return answer(
            {
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
        )

    server.register_api(group)


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in entry.items()
        if name not in ("before", "after")
    }
