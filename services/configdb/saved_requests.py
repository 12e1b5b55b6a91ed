"""Requests that people keep for a gateway, each with the answer that somebody found right.

They belong to the gateway and not to a person: whoever may see it sees them, operators change them,
and every change stands in the audit log in the same transaction.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.auth.identity import Identity, Role
from services.configdb.audit import AuditEvent, AuditLog
from services.configdb.database import Database
from services.configdb.models import SavedRequestRow, as_json
from services.errors import Conflict, Invalid, NotFound

Document = Mapping[str, Any]

NAME_MAX, REQUEST_MAX, REQUESTS_MAX = 80, 16_000, 200
"""Characters of a name and of a request as JSON; requests of one gateway."""

KIND = "SavedRequest"
"""What the audit log calls them."""


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request kept for the gateway ``namespace/gateway`` of a cluster; ``expected`` is the part
    of an answer that it is compared by."""

    id: str
    cluster: str
    namespace: str
    gateway: str
    name: str
    request: dict[str, Any]
    expected: dict[str, Any]
    changed: datetime
    changed_by: str


class SavedRequests:
    """The requests kept in ``db``. Limits of the identity hide those of other places."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._audit = AuditLog(db)

    def list(
        self, who: Identity, cluster: str, gateway: tuple[str, str] | None = None
    ) -> list[SavedRequest]:
        """Those of a cluster, or of one gateway ``(namespace, name)`` of it, by name."""
        wanted = [SavedRequestRow.cluster == cluster]
        if gateway:
            wanted += [
                SavedRequestRow.namespace == gateway[0],
                SavedRequestRow.gateway == gateway[1],
            ]
        with self._db.session() as session:
            rows = session.scalars(select(SavedRequestRow).where(*wanted)).all()
        found = [_saved(row) for row in rows if who.may_see(row.cluster, row.namespace)]
        return sorted(found, key=lambda one: (one.namespace, one.gateway, one.name.casefold()))

    def get(self, who: Identity, cluster: str, id: str) -> SavedRequest:
        """One of them. Raises NotFound."""
        with self._db.session() as session:
            return _saved(_row(session, who, cluster, id))

    def add(
        self,
        who: Identity,
        cluster: str,
        gateway: tuple[str, str],
        name: str,
        request: Document,
        expected: Document,
    ) -> SavedRequest:
        """Keep a request. Raises Invalid, Denied, and Conflict where the gateway has one of that
        name."""
        namespace, gateway_name = gateway
        who.require(Role.OPERATOR, cluster=cluster, namespace=namespace)
        row = SavedRequestRow(
            id=secrets.token_hex(8),
            cluster=cluster,
            namespace=namespace,
            gateway=gateway_name,
            name=_name(name),
            request=_request(request),
            expected=as_json(expected),
            changed=datetime.now(UTC),
            changed_by=who.name,
        )
        same = (
            SavedRequestRow.cluster == cluster,
            SavedRequestRow.namespace == namespace,
            SavedRequestRow.gateway == gateway_name,
        )
        try:
            with self._db.writing() as session:
                held = session.scalar(
                    select(func.count()).select_from(SavedRequestRow).where(*same)
                )
                if (held or 0) >= REQUESTS_MAX:
                    rule = f"must be one of at most {REQUESTS_MAX} of a gateway; remove another one"
                    raise Invalid.of("name", rule)
                session.add(row)
                session.flush()
                self._audit.append(session, _event("create", who, row, None, _told(row)))
                return _saved(row)
        except IntegrityError as error:
            raise _taken(row) from error

    def change(
        self,
        who: Identity,
        cluster: str,
        id: str,
        *,
        name: str | None = None,
        request: Document | None = None,
        expected: Document | None = None,
        verb: str = "update",
    ) -> SavedRequest:
        """Give it another name, request or expected answer; what is None stays. ``verb`` is what
        the audit log calls it. Raises Invalid, Denied, NotFound and Conflict."""
        try:
            with self._db.writing() as session:
                row = _row(session, who, cluster, id)
                who.require(Role.OPERATOR, cluster=row.cluster, namespace=row.namespace)
                before = _told(row)
                row.name = row.name if name is None else _name(name)
                row.request = row.request if request is None else _request(request)
                row.expected = row.expected if expected is None else as_json(expected)
                row.changed, row.changed_by = datetime.now(UTC), who.name
                session.flush()
                self._audit.append(session, _event(verb, who, row, before, _told(row)))
                return _saved(row)
        except IntegrityError as error:
            raise Conflict(f"There is another request named {name!r}.", name=name) from error

    def remove(self, who: Identity, cluster: str, id: str) -> SavedRequest:
        """Forget it. Raises Denied and NotFound."""
        with self._db.writing() as session:
            row = _row(session, who, cluster, id)
            who.require(Role.OPERATOR, cluster=row.cluster, namespace=row.namespace)
            saved = _saved(row)
            self._audit.append(session, _event("delete", who, row, _told(row), None))
            session.delete(row)
        return saved


def _row(session: Session, who: Identity, cluster: str, id: str) -> SavedRequestRow:
    row = session.get(SavedRequestRow, id)
    if row is None or row.cluster != cluster or not who.may_see(row.cluster, row.namespace):
        raise NotFound(f"There is no saved request {id!r} on {cluster}.", id=id)
    return row


def _saved(row: SavedRequestRow) -> SavedRequest:
    return SavedRequest(
        row.id,
        row.cluster,
        row.namespace,
        row.gateway,
        row.name,
        json.loads(row.request),
        json.loads(row.expected),
        row.changed,
        row.changed_by,
    )


def _told(row: SavedRequestRow) -> dict[str, Any]:
    """What the audit log says of it. Of the expected answer only the outcome: it may name a route
    in a namespace that whoever reads of the gateway may not see."""
    return {
        "id": row.id,
        "name": row.name,
        "request": json.loads(row.request),
        "expected": json.loads(row.expected).get("outcome"),
    }


def _event(
    verb: str,
    who: Identity,
    row: SavedRequestRow,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> AuditEvent:
    return AuditEvent(
        actor=who.name,
        role=str(who.role),
        address=who.address,
        verb=verb,
        cluster=row.cluster,
        kind=KIND,
        namespace=row.namespace,
        name=f"{row.gateway}: {row.name}",
        before=before,
        after=after,
        diff=[
            {"path": key, "old": (before or {}).get(key), "new": (after or {}).get(key)}
            for key in ("name", "request", "expected")
            if (before or {}).get(key) != (after or {}).get(key)
        ],
    )


def _taken(row: SavedRequestRow) -> Conflict:
    place = f"{row.namespace}/{row.gateway}"
    return Conflict(f"Gateway {place} has a request named {row.name!r} already.", name=row.name)


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise Invalid.of("name", f"must be 1 to {NAME_MAX} printable characters")
    return name


def _request(request: Document) -> str:
    text = as_json(request)
    if len(text) > REQUEST_MAX:
        raise Invalid.of("request", f"must be at most {REQUEST_MAX} characters as JSON")
    return text
