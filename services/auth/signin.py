"""One-time sign-in codes of the local mode: whoever can read the console's terminal is admin.

A code is 192 random bits, kept as a SHA-256 and removed by the redemption itself, so that of two
attempts at the same moment one fails.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from services.auth.identity import Identity, Role
from services.configdb.database import Database
from services.configdb.models import SignInCodeRow
from services.errors import Unauthenticated

TTL = timedelta(hours=1)


class SignInCodes:
    """Codes in the config database, where ``./run signin`` and the server meet.

    ``command`` makes another one; who is refused is told.
    """

    def __init__(self, db: Database, command: str = "./run signin") -> None:
        self._db = db
        self._command = command

    def mint(self, ttl: timedelta = TTL) -> str:
        """A code that can be redeemed once within ``ttl``."""
        now, code = datetime.now(UTC), secrets.token_urlsafe(24)
        with self._db.writing() as session:
            session.execute(delete(SignInCodeRow).where(SignInCodeRow.expires <= now))
            session.add(SignInCodeRow(hash=_hash(code), expires=now + ttl))
        return code

    def redeem(self, code: str) -> Identity:
        """The local admin. Raises Unauthenticated for an unknown, used or expired code."""
        with self._db.writing() as session:
            done = session.execute(
                delete(SignInCodeRow)
                .where(SignInCodeRow.hash == _hash(code), SignInCodeRow.expires > datetime.now(UTC))
                .returning(SignInCodeRow.hash)
            ).first()
        if done is None:
            raise Unauthenticated(
                "This sign-in code was used already, has expired, is mistyped or is another "
                f"console's. {self._command} makes a new one."
            )
        return Identity(name="local", role=Role.ADMIN, source="local")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
