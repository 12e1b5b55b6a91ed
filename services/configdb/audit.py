"""The audit log: who did what, or was refused, in an order nobody can change afterwards.

Each entry carries the SHA-256 of its predecessor and of itself, so that a changed, removed or
inserted entry is found by ``verify``. Writers take turns (SQLite: the write lock; PostgreSQL: a
table lock), hence several replicas append to one chain; should that ever fail, the unique column
``previous`` refuses the fork. There is no way here to change or remove an entry, and triggers in
the database refuse it to everybody else. What a chain cannot show is that its newest entries were
cut off: ``verify`` reports the head's hash, to be kept elsewhere by whoever cares.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session, defer

from services.auth.identity import Identity, Role
from services.configdb.database import Database
from services.configdb.models import AuditRow, as_json
from services.errors import Invalid, NotFound
from services.operated_limits import within

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""

SORTABLE = ("time", "actor", "cluster", "kind", "namespace", "name", "verb", "outcome")
PAGE_MAX = 1_000_000
PAGE_SIZE_MAX = 500

_HASHED = (
    "id",
    "actor",
    "role",
    "address",
    "cluster",
    "kind",
    "namespace",
    "name",
    "verb",
    "reason",
    "outcome",
    "error",
    "before",
    "after",
    "diff",
    "previous",
)

Outcome = Literal["done", "denied", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """What is to be remembered. ``diff`` is a list of ``{path, old, new}``."""

    actor: str
    verb: str
    outcome: Outcome = "done"
    role: str = ""
    address: str = ""
    cluster: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    reason: str = ""
    error: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    diff: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A stored entry. In lists ``before`` and ``after`` are left out; ``get`` has them."""

    id: int
    time: datetime
    actor: str
    role: str
    address: str
    cluster: str
    kind: str
    namespace: str
    name: str
    verb: str
    reason: str
    outcome: str
    error: str
    diff: list[dict[str, Any]]
    previous: str
    hash: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, times as ISO 8601."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page and the number of entries that match."""

    items: list[AuditRecord]
    total: int


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """The result of walking the chain: how many entries hold, and the first that does not."""

    ok: bool
    entries: int
    first_bad: int | None
    head: str
    why: str = ""


class AuditLog:
    """Appends to and reads the audit log in ``db``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, event: AuditEvent) -> int:
        """Append an entry in a transaction of its own and return its id."""
        with self._db.writing() as session:
            return self.append(session, event)

    def append(self, session: Session, event: AuditEvent) -> int:
        """Append within the caller's writing session, so that deed and entry stand or fall
        together."""
        if session.get_bind().dialect.name != "sqlite":
            session.execute(text("LOCK TABLE audit_log IN EXCLUSIVE MODE"))
        last = session.execute(
            select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
        ).first()
        row = AuditRow(
            id=last.id + 1 if last else 1,
            time=datetime.now(UTC),
            **{name: _storable(getattr(event, name)) for name in _HASHED[1:12]},
            before=_masked(event.kind, event.before),
            after=_masked(event.kind, event.after),
            diff=as_json([] if _is_secret(event.kind) else list(event.diff)),
            previous=last.hash if last else GENESIS,
        )
        row.hash = _digest(row)
        session.add(row)
        session.flush()
        return row.id

    def list(
        self,
        who: Identity,
        *,
        cluster: str | Sequence[str] | None = None,
        kind: str | None = None,
        namespace: str | None = None,
        name: str | None = None,
        actor: str | None = None,
        verb: str | Sequence[str] | None = None,
        outcome: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        search: str = "",
        sort: str = "-time",
        page: int = 1,
        page_size: int = 50,
    ) -> AuditPage:
        """Entries ``who`` may see, newest first unless ``sort`` says otherwise.

        Entries about clusters are seen within the limits; entries about the console itself
        (sign-ins, tokens) by admins without a cluster limit and by their own actor. Raises Invalid.
        """
        conditions = _visible(who)
        wanted = {
            AuditRow.cluster: cluster,
            AuditRow.kind: kind,
            AuditRow.namespace: namespace,
            AuditRow.name: name,
            AuditRow.actor: actor,
            AuditRow.verb: verb,
            AuditRow.outcome: outcome,
        }
        for column, value in wanted.items():
            if isinstance(value, str):
                if value:
                    conditions.append(column == _storable(value))
            elif value is not None:
                conditions.append(column.in_([_storable(part) for part in value]))
        if since is not None:
            conditions.append(AuditRow.time >= since)
        if until is not None:
            conditions.append(AuditRow.time < until)
        for word in search.split():
            conditions.append(_contains(_storable(word)))
        order = _order(sort)
        for field, given, most in (
            ("page", page, PAGE_MAX),
            ("pageSize", page_size, PAGE_SIZE_MAX),
        ):
            if not 1 <= given <= most:
                raise Invalid(
                    "The page cannot be given.",
                    fields=[{"field": field, "rule": f"must be between 1 and {most}"}],
                )
        with self._db.session() as session:
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions))
            rows = session.scalars(
                select(AuditRow)
                .where(*conditions)
                .order_by(*order)
                .offset((page - 1) * page_size)
                .limit(page_size)
                .options(defer(AuditRow.before), defer(AuditRow.after))
            ).all()
        return AuditPage([_record(row) for row in rows], total or 0)

    def get(self, who: Identity, entry: int) -> AuditRecord:
        """One entry with ``before`` and ``after``. Raises NotFound, also outside the limits."""
        with self._db.session() as session:
            row = session.scalar(select(AuditRow).where(AuditRow.id == entry, *_visible(who)))
        if row is None:
            raise NotFound(f"There is no audit entry {entry}.", id=entry)
        before, after = (_told(who, row, text) for text in (row.before, row.after))
        return replace(_record(row), before=before, after=after)

    def verify(self) -> AuditCheck:
        """Walk the whole chain, oldest first; stops at the first entry that does not fit."""
        previous, count = GENESIS, 0
        with self._db.session() as session:
            for row in session.scalars(
                select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=500)
            ):
                why = _flaw(row, previous, count + 1)
                if why:
                    return AuditCheck(False, count, row.id, previous, why)
                previous, count = row.hash, count + 1
        return AuditCheck(True, count, None, previous)


def _flaw(row: AuditRow, previous: str, expected: int) -> str:
    if row.id != expected:
        return f"entry {expected} is missing"
    if row.previous != previous:
        return "it does not follow the entry before it"
    return "" if row.hash == _digest(row) else "its content was changed"


def _digest(row: AuditRow) -> str:
    content = {name: getattr(row, name) for name in _HASHED}
    content["time"] = row.time.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(as_json(content).encode()).hexdigest()


def _storable(value: str) -> str:
    """Text that both databases take: no NUL, no lone surrogate."""
    return str(value).replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _is_secret(kind: str) -> bool:
    return kind.lower() in ("secret", "secrets")


def _masked(kind: str, obj: Mapping[str, Any] | None) -> str | None:
    if obj is None:
        return None
    if _is_secret(kind):
        obj = {
            key: dict.fromkeys(value, "***") if key in ("data", "stringData") else value
            for key, value in obj.items()
        }
    return as_json(obj)


def _record(row: AuditRow) -> AuditRecord:
    columns = {name: getattr(row, name) for name in _HASHED if name not in ("before", "after")}
    columns["diff"] = json.loads(row.diff)
    return AuditRecord(time=row.time, hash=row.hash, **columns)


def _told(who: Identity, row: AuditRow, text: str | None) -> dict[str, Any] | None:
    """An object of an entry as far as it may be told."""
    return dict(within(who, row.cluster, row.kind, json.loads(text))) if text else None


def _visible(who: Identity) -> list[ColumnElement[bool]]:
    places: list[ColumnElement[bool]] = [AuditRow.cluster != ""]
    if who.clusters is not None:
        places.append(AuditRow.cluster.in_(who.clusters))
    if who.namespaces is not None:
        places.append(or_(AuditRow.namespace == "", AuditRow.namespace.in_(who.namespaces)))
    objects = places[0]
    for place in places[1:]:
        objects = objects & place
    own = AuditRow.actor == who.name
    console = AuditRow.cluster == ""
    unlimited = who.clusters is None and who.namespaces is None and who.role is Role.ADMIN
    return [or_(objects, console if unlimited else console & own)]


def _contains(word: str) -> ColumnElement[bool]:
    columns = (
        AuditRow.actor,
        AuditRow.cluster,
        AuditRow.kind,
        AuditRow.namespace,
        AuditRow.name,
        AuditRow.verb,
        AuditRow.reason,
        AuditRow.error,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _order(sort: str) -> list[Any]:
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    if name not in SORTABLE:
        raise Invalid(
            f"The audit log cannot be sorted by {name}.",
            fields=[{"field": "sort", "rule": f"one of {', '.join(SORTABLE)}"}],
        )
    columns = [AuditRow.id] if name == "time" else [getattr(AuditRow, name), AuditRow.id]
    if descending:
        return [column.desc() for column in columns]
    return columns if name == "time" else [columns[0], AuditRow.id.desc()]
