"""API tokens: ``ngfc_<id>_<secret>``, shown once, kept only as an argon2 hash.

The id is a lookup key, so that a token costs one row and at most one argon2 check. The row is read
on every use, hence a revoked or expired token is refused at once, on every replica; only the
outcome of the expensive check is remembered, as a SHA-256 of text and stored hash, for a bounded
number of tokens.
"""

import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.auth import names
from services.auth.identity import Identity, Role
from services.configdb.audit import AuditEvent, AuditLog
from services.configdb.database import Database
from services.configdb.models import TokenRow
from services.errors import Denied, NotFound, Unauthenticated

PREFIX = "ngfc_"
TTL_MAX = timedelta(days=3650)
_TEXT = re.compile(r"ngfc_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_USE_NOTED_EVERY = timedelta(minutes=5)
_REMEMBERED = 1_000

# The secret has 256 random bits, so the hash need not slow a guesser down as for passwords; these
# are the least costly parameters OWASP's password storage sheet gives for argon2id.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Everything about a token but its secret. ``clusters``, ``namespaces``: None is no limit."""

    id: str
    name: str
    role: Role
    clusters: frozenset[str] | None
    namespaces: frozenset[str] | None
    created: datetime
    created_by: str
    expires: datetime | None
    last_used: datetime | None

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires <= datetime.now(UTC)

    def as_dict(self) -> dict[str, object]:
        """JSON-able, times as ISO 8601."""
        return {
            "id": self.id,
            "name": self.name,
            "role": str(self.role),
            "clusters": None if self.clusters is None else sorted(self.clusters),
            "namespaces": None if self.namespaces is None else sorted(self.namespaces),
            "created": self.created.isoformat(),
            "created_by": self.created_by,
            "expires": self.expires.isoformat() if self.expires else None,
            "expired": self.expired,
            "last_used": self.last_used.isoformat() if self.last_used else None,
        }


class TokenStore:
    """Makes, lists, revokes and checks API tokens.

    Managing tokens needs the role admin. An admin with limits manages tokens within these limits
    and knows of no others, so that nobody can lift their own.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._audit = AuditLog(db)
        self._lock = threading.Lock()
        self._checked: OrderedDict[str, str] = OrderedDict()

    def create(
        self,
        who: Identity,
        name: str,
        role: Role | str,
        clusters: Iterable[str] | None = None,
        namespaces: Iterable[str] | None = None,
        ttl: timedelta | None = None,
    ) -> tuple[TokenInfo, str]:
        """A new token and its text, which cannot be had again. Raises Invalid and Denied."""
        who.require(Role.ADMIN)
        now = datetime.now(UTC)
        name = names.name(name)
        if "/" in name:
            raise names.invalid("name", "must not contain /: it is a part of a path of REST")
        if ttl is not None and not timedelta() < ttl <= TTL_MAX:
            raise names.invalid("ttl", "longer than nothing, at most 3650 days")
        if role not in list(Role):
            raise names.invalid("role", "one of viewer, operator, admin")
        limits = names.limits("clusters", clusters), names.limits("namespaces", namespaces)
        if not who.covers(*limits):
            raise Denied(f"{who.name} may only make tokens with limits within its own.")
        identifier = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        text = f"{PREFIX}{identifier}_{secrets.token_urlsafe(32)}"
        row = TokenRow(
            id=identifier,
            name=name,
            name_key=names.key(name),
            role=str(role),
            clusters=limits[0],
            namespaces=limits[1],
            hash=_HASHER.hash(text),
            created=now,
            created_by=who.name,
            expires=now + ttl if ttl else None,
        )
        try:
            with self._db.writing() as session:
                session.add(row)
                session.flush()
                info = _info(row)
                self._audit.append(session, _event("create", info, who))
        except IntegrityError as error:
            raise names.invalid("name", f"there is a token {name!r} already") from error
        return info, text

    def list(self, who: Identity) -> list[TokenInfo]:
        """Tokens by name, expired ones included. Raises Denied."""
        who.require(Role.ADMIN)
        with self._db.session() as session:
            rows = session.scalars(select(TokenRow).order_by(TokenRow.name_key)).all()
        return [_info(row) for row in rows if who.covers(row.clusters, row.namespaces)]

    def revoke(self, who: Identity, id_or_name: str) -> TokenInfo:
        """Remove a token; it is refused from now on. Raises NotFound and Denied."""
        who.require(Role.ADMIN)
        with self._db.writing() as session:
            row = session.scalar(
                select(TokenRow).where(
                    or_(TokenRow.id == id_or_name, TokenRow.name_key == names.key(id_or_name))
                )
            )
            if row is None or not who.covers(row.clusters, row.namespaces):
                raise NotFound(f"There is no token {id_or_name!r}.", name=id_or_name)
            info = _info(row)
            session.execute(delete(TokenRow).where(TokenRow.id == info.id))
            self._audit.append(session, _event("delete", info, who))
        return info

    def authenticate(self, text: str) -> Identity:
        """Who this token stands for. Raises Unauthenticated, without saying what was wrong."""
        match = _TEXT.fullmatch(text)
        row = self._row(match.group(1)) if match else None
        if row is None or not self._matches(row.hash, text):
            raise Unauthenticated("The API token is not valid.")
        return self._identity(row)

    def identity(self, token_id: str) -> Identity:
        """Who a session made with this token stands for now. Raises Unauthenticated."""
        row = self._row(token_id)
        if row is None:
            raise Unauthenticated("The API token of this session was revoked.")
        return self._identity(row)

    def _row(self, token_id: str) -> TokenRow | None:
        with self._db.session() as session:
            return session.get(TokenRow, token_id)

    def _identity(self, row: TokenRow) -> Identity:
        now = datetime.now(UTC)
        if row.expires is not None and row.expires <= now:
            raise Unauthenticated("The API token has expired.")
        if row.last_used is None or now - row.last_used > _USE_NOTED_EVERY:
            with self._db.writing() as session:
                session.execute(update(TokenRow).where(TokenRow.id == row.id).values(last_used=now))
        return Identity(
            name=f"{names.TOKEN}{row.name}",
            role=Role(row.role),
            clusters=row.clusters,
            namespaces=row.namespaces,
            source="token",
        )

    def _matches(self, stored: str, text: str) -> bool:
        fingerprint = hashlib.sha256(f"{stored} {text}".encode()).hexdigest()
        with self._lock:
            if fingerprint in self._checked:
                self._checked.move_to_end(fingerprint)
                return True
        try:
            _HASHER.verify(stored, text)
        except (Argon2Error, InvalidHashError):
            return False
        with self._lock:
            self._checked[fingerprint] = stored
            if len(self._checked) > _REMEMBERED:
                self._checked.popitem(last=False)
        return True


def token_id(text: str) -> str:
    """The id inside a token's text, which may be kept; empty where it is no token."""
    match = _TEXT.fullmatch(text)
    return match.group(1) if match else ""


def _info(row: TokenRow) -> TokenInfo:
    return TokenInfo(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        clusters=row.clusters,
        namespaces=row.namespaces,
        created=row.created,
        created_by=row.created_by,
        expires=row.expires,
        last_used=row.last_used,
    )


def _event(verb: str, info: TokenInfo, who: Identity) -> AuditEvent:
    content = {key: value for key, value in info.as_dict().items() if key != "expired"}
    return AuditEvent(
        actor=who.name,
        role=str(who.role),
        address=who.address,
        kind="tokens",
        name=info.name,
        verb=verb,
        before=content if verb == "delete" else None,
        after=content if verb == "create" else None,
    )
