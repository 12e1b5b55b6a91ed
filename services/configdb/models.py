"""The tables of the config database.

Types are the ones SQLite and PostgreSQL share. Times are UTC with microseconds. ``before``,
``after`` and ``diff`` of an audit entry are JSON texts and not JSON columns, because the hash chain
runs over their exact bytes and PostgreSQL reorders what it parses.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, also where the database forgets the zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Names(TypeDecorator[frozenset[str]]):
    """A set of names as a sorted JSON list; SQL NULL means no limit."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(json.loads(value))


class Base(DeclarativeBase):
    """All tables; ``Base.metadata`` is what the migrations are compared with."""


class AuditRow(Base):
    """One thing somebody did or was refused. Rows are added and never touched again."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_object", "cluster", "kind", "namespace", "name"),
        Index("ix_audit_log_time", "time"),
        Index("ix_audit_log_actor", "actor"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    time: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(Text, default="")
    cluster: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(Text, default="")
    namespace: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(Text, default="")
    verb: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    diff: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class TokenRow(Base):
    """An API token. The secret itself is nowhere; ``hash`` is its argon2 hash."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(String(16))
    clusters: Mapped[frozenset[str] | None] = mapped_column(Names)
    namespaces: Mapped[frozenset[str] | None] = mapped_column(Names)
    hash: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text, default="")
    expires: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SettingRow(Base):
    """A value that people change while the console runs, by name, as JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


class ViewRow(Base):
    """A list that somebody has filtered and sorted, kept under a name."""

    __tablename__ = "saved_views"

    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    page: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedRequestRow(Base):
    """A request that is simulated again whenever a gateway's model changes. ``request`` and
    ``expected``, the answer that somebody found right, are JSON."""

    __tablename__ = "saved_requests"
    __table_args__ = (UniqueConstraint("cluster", "namespace", "gateway", "name"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    cluster: Mapped[str] = mapped_column(Text)
    namespace: Mapped[str] = mapped_column(Text)
    gateway: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    request: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(Text, default="")


class SignInCodeRow(Base):
    """A one-time sign-in code that has not been redeemed yet, hashed."""

    __tablename__ = "sign_in_codes"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


def as_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, ASCII only, so that every database keeps it as is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
