"""One server that the agent talks to: its address, whom it trusts, and the token it shows.

Token and certificate authority are files that Kubernetes replaces while the process runs, so both
are read again for each request. A token goes to the address that was configured and nowhere else:
redirects are answers like any other, proxies named by the environment are not used, and no text of
an error carries a header.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

CONNECT_S = 3.0


class Unreachable(Exception):
    """No answer came; the text is one sentence without secrets."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said. ``headers`` are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Origin:
    """``url`` is the base of all paths; without ``ca_file`` the system's authorities count."""

    url: str
    token_file: Path | None = None
    ca_file: Path | None = None
    _pool: urllib3.PoolManager | None = field(default=None, init=False, repr=False)
    _trusted: bytes | None = field(default=None, init=False, repr=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request, answered within ``seconds`` between any two bytes. Raises Unreachable."""
        sent = {**(headers or {}), **self._authorization()}
        try:
            answer = self._connections().request(
                method,
                self.url + path,
                body=body,
                headers=sent,
                timeout=urllib3.Timeout(connect=min(CONNECT_S, seconds), read=seconds),
                redirect=False,
                retries=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"{self.url} does not answer: {_cause(error)}.") from None
        return Reply(answer.status, answer.headers, answer.data)

    def _authorization(self) -> dict[str, str]:
        if self.token_file is None:
            return {}
        token = _read(self.token_file).strip()
        if not token.isascii() or len(token.split()) != 1:
            raise Unreachable(f"{self.token_file} holds no token: one word of ASCII text.")
        return {"Authorization": f"Bearer {token.decode()}"}

    def _connections(self) -> urllib3.PoolManager:
        trusted = _read(self.ca_file) if self.ca_file else None
        if self._pool is None or trusted != self._trusted:
            try:
                context = ssl.create_default_context(cadata=trusted.decode() if trusted else None)
            except (ssl.SSLError, ValueError):
                raise Unreachable(f"{self.ca_file} holds no certificate in PEM.") from None
            self._pool, self._trusted = urllib3.PoolManager(ssl_context=context, maxsize=2), trusted
        return self._pool


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}.") from None


def _cause(error: BaseException) -> str:
    """The innermost reason in words; urllib3 wraps it in layers that name its own objects."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLError):
            return getattr(inner, "verify_message", "") or inner.reason or "TLS failed"
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    timed_out = isinstance(error, (urllib3.exceptions.TimeoutError, TimeoutError))
    return "timed out" if timed_out else type(error).__name__
