"""The API of the agent's own cluster: get and list, nothing else.

Lists come as a stream of objects, page by page, so that the memory they need does not grow with the
cluster. What a list cannot tell is an error with a reason for people, not an empty list.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from agent.origin import Origin, Unreachable

Object = dict[str, Any]
Why = Literal["absent", "denied", "unreachable", "failed"]

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
PAGE = 100
"""Whole objects on a page. A pod or a node has 10 to 20 kB, and needs five times that decoded."""
METADATA_PAGE = 500
ANSWER_S = 10.0
PROBE_S = 2.0
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


class KubeError(Exception):
    """A request that did not give what was asked; ``reason`` is one sentence."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.reason = reason


class KubeApi:
    """Calls to one API server."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    @classmethod
    def of_account(cls, account: Path, server: str) -> "KubeApi":
        """As the service account whose ``token`` and ``ca.crt`` lie in a folder.

        Either may be missing: a plain-text proxy wants neither.
        """
        secure = server.startswith("https:")
        token, authority = account / "token", account / "ca.crt"
        return cls(
            Origin(
                server,
                token if secure or token.exists() else None,
                authority if secure and authority.exists() else None,
            )
        )

    def trouble(self) -> str:
        """Why the server cannot be used just now, "" when it answers."""
        try:
            self.get("/version", seconds=PROBE_S)
        except KubeError as error:
            return error.reason
        return ""

    def get(
        self,
        path: str,
        *,
        accept: str = "application/json",
        seconds: float = ANSWER_S,
        **query: Any,
    ) -> Object:
        """The decoded answer. Raises KubeError."""
        where = f"{path}?{urlencode(query)}" if query else path
        try:
            reply = self._origin.request("GET", where, seconds=seconds, headers={"Accept": accept})
        except Unreachable as error:
            raise KubeError("unreachable", str(error)) from None
        if reply.status >= 300:
            raise _refusal(reply.status, path, _decoded(reply.body))
        decoded = _decoded(reply.body)
        if not isinstance(decoded, dict):
            raise KubeError("failed", f"{path} was not answered with a JSON object.")
        return decoded

    def list(
        self, path: str, *, limit: int = PAGE, accept: str = "application/json", **query: Any
    ) -> Iterator[Object]:
        """The objects of a collection, in pages. Raises KubeError.

        When a page is asked for too late, the rest follows as it is by then.
        """
        token = ""
        while True:
            try:
                page = self.get(path, accept=accept, limit=limit, **query)
            except _Expired as error:
                if not error.resume or error.resume == token:
                    raise
                token = query["continue"] = error.resume
                continue
            items = page.get("items") or []
            token = (page.get("metadata") or {}).get("continue") or ""
            del page
            items.reverse()
            while items:  # each object is free before the next page comes
                yield items.pop()
            if not token:
                return
            query["continue"] = token
            query.pop("resourceVersion", None)  # the token has one of its own

    def served(self, group: str) -> dict[str, frozenset[str]]:
        """Versions of a group, the server's preferred one first, and the resources of each.

        Empty when the group is not installed. Raises KubeError.
        """
        try:
            answer = self.get(f"/apis/{group}")
        except KubeError as error:
            if error.why == "absent":
                return {}
            raise
        names = [version["version"] for version in answer.get("versions") or ()]
        return {name: self._resources(f"/apis/{group}/{name}") for name in names}

    def _resources(self, path: str) -> frozenset[str]:
        try:
            answer = self.get(path)
        except KubeError as error:
            if error.why == "absent":
                return frozenset()
            raise
        return frozenset(each["name"] for each in answer.get("resources") or ())


class _Expired(KubeError):
    """410: the page's snapshot is gone; ``resume`` continues with what is there now."""

    def __init__(self, reason: str, resume: str) -> None:
        super().__init__("failed", reason)
        self.resume = resume


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _refusal(status: int, path: str, answer: Any) -> KubeError:
    said: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    message = str(said.get("message") or f"{path} was answered with status {status}.")
    if status == 410:
        resume = (said.get("metadata") or {}).get("continue") or ""
        return _Expired(message, resume)
    if status == 401:
        return KubeError("denied", "The API server does not accept the account's token.")
    if status == 403:
        return KubeError("denied", message)
    if status == 404:
        return KubeError("absent", message)
    return KubeError("failed", message)
