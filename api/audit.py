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
from api.openapi import V1, answer, blueprint
from services.container import Container

OPTIONS: tuple[str, ...] = ("cluster", "kind", "namespace", "name", "actor", "verb", "outcome")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be between the years 1 and 9999 in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


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
    since: Moment | None = Field(None, description="RFC 3339")
    until: Moment | None = Field(None, description="RFC 3339")
    sort: str = Field("-time", description="time, actor, cluster, kind, name, ...; - descending")
    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(50, alias="pageSize", ge=1, le=500)


class Entry(BaseModel):
    """One entry."""

    id: int = Field(ge=1, le=2**31 - 1)


class Diff(BaseModel):
    """Before and after as JSON text, and the fields that differ."""

    id: int
    action: str
    resource: str
    name: str
    namespace: str
    cluster: str
    beforeJson: str | None  # noqa: N815
    afterJson: str | None  # noqa: N815
    changes: list[dict[str, Any]]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/audit``."""
    group = blueprint("audit", V1)

    @group.get("/audit", operation_id="list_audit", **LIST)
    def entries(query: AuditParams, header: Seen) -> Response:
        """The audit log, newest first; entries without their bodies."""
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
        return own_answer([_plain(one.as_dict()) for one in found.items], found.total, header)

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
