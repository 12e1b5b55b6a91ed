"""Tokens of agents: ``ngfa_<id>_<secret>``, one cluster each, shown once, kept as a hash.

The hashes are in a Secret of the hub beside the ManagedCluster, so that every replica has them in
memory and a heartbeat costs no look-up. A plain SHA-256 is enough, and what 500 heartbeats a second
can afford: the secret has 256 random bits and nobody can guess it, slowly hashed or not.

The Secret holds JSON: ``[{"id", "sha256", "created", "expires"}]``, times in ISO 8601, ``expires``
only for a token that a newer one has replaced.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from services.errors import Unauthenticated

OVERLAP = timedelta(hours=24)
"""How long a replaced token stays valid, unless somebody says otherwise."""
OVERLAP_MAX = timedelta(days=30)

Change = Callable[[list["AgentToken"]], list["AgentToken"]]
"""What the tokens of a cluster are to become."""

_TEXT = re.compile(r"ngfa_([A-Za-z0-9]{12})_[A-Za-z0-9_-]{43}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class AgentToken:
    """A token without its secret."""

    id: str
    sha256: str
    created: datetime
    expires: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Whether it still opens the door."""
        return self.expires is None or now < self.expires


def mint(now: datetime) -> tuple[AgentToken, str]:
    """A new token and its text, which cannot be had again."""
    identifier = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    text = f"ngfa_{identifier}_{secrets.token_urlsafe(32)}"
    return AgentToken(identifier, _hash(text), now), text


def rotated(held: list[AgentToken], new: AgentToken, overlap: timedelta) -> list[AgentToken]:
    """``new``, and of the others those that stay valid for a while."""
    until = new.created + overlap
    kept = [
        AgentToken(one.id, one.sha256, one.created, min(one.expires or until, until))
        for one in held
        if one.valid(new.created)
    ]
    return [new, *(one for one in kept if one.valid(new.created))]


def dumped(tokens: list[AgentToken]) -> str:
    """As the Secret holds them."""
    return json.dumps(
        [
            {
                "id": one.id,
                "sha256": one.sha256,
                "created": one.created.isoformat(),
                **({"expires": one.expires.isoformat()} if one.expires else {}),
            }
            for one in tokens
        ]
    )


def decoded(data: str) -> list[AgentToken]:
    """What the value of a Secret's key holds, in base64 as the API gives it; what is no token of
    ours there opens nothing and is left out."""
    try:
        return list(_read(base64.b64decode(data).decode()))
    except ValueError:
        return []


def _read(text: str) -> Iterator[AgentToken]:
    """An end that cannot be read is not taken for none: the token opens nothing."""
    try:
        for one in orjson.loads(text):
            expires = one.get("expires")
            yield AgentToken(
                str(one["id"]),
                str(one["sha256"]),
                _moment(one["created"]),
                None if expires is None else _moment(expires),
            )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


class TokenIndex:
    """Every valid token of the fleet, by id; replaced as a whole, read from any thread."""

    def __init__(self) -> None:
        self._known: Mapping[str, tuple[str, AgentToken]] = {}

    def read(self, held: Mapping[str, str]) -> None:
        """Take over what the Secrets hold: name of cluster to text."""
        self._known = {
            token.id: (cluster, token) for cluster, text in held.items() for token in _read(text)
        }

    def authenticate(self, text: str, now: datetime) -> str:
        """The cluster whose agent this is. Raises Unauthenticated without saying what was wrong."""
        match = _TEXT.fullmatch(text)
        cluster, token = self._known.get(match.group(1) if match else "", ("", None))
        if token is None or not hmac.compare_digest(token.sha256, _hash(text)):
            raise Unauthenticated("The agent's token is not valid.")
        if not token.valid(now):
            raise Unauthenticated("The agent's token has been replaced; give it the new one.")
        return cluster

    def of(self, cluster: str) -> list[AgentToken]:
        """The tokens of a cluster, the newest first."""
        found = [token for name, token in self._known.values() if name == cluster]
        return sorted(found, key=lambda token: token.created, reverse=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
