"""How tests talk to a Kubernetes API: plain HTTP, so that what is tested is the server.

The same class speaks to the compiled API server and to the demo's.
"""

import json
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import urllib3

from tests.real.controlplane import Obj, kubeconfig_text

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
DEADLINE_S = 20.0


T = TypeVar("T")


def wait_until(what: str, ready: Callable[[], T], within_s: float = DEADLINE_S) -> T:
    """The first true answer of ``ready``; AssertionError naming ``what`` when time is up."""
    deadline = time.monotonic() + within_s
    while not (answer := ready()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.02)
    return answer


@dataclass(frozen=True)
class Answer:
    """What the server said: status, decoded body, headers."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def reason(self) -> str:
        """The machine-readable reason of a Status body ("NotFound", "Conflict", ...)."""
        return str(self.body.get("reason", "")) if isinstance(self.body, dict) else ""

    @property
    def etag(self) -> str:
        """The mark of the body; servers spell the header's name differently."""
        return next(text for name, text in self.headers.items() if name.lower() == "etag")

    @property
    def names(self) -> list[str]:
        return [item["metadata"]["name"] for item in self.body["items"]]

    def ok(self) -> Any:
        """The body of a successful answer; AssertionError with the body otherwise."""
        assert self.status < 300, self.body
        return self.body


class Watch:
    """An open watch: events in order, each awaited with a deadline."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self._rest = b""

    def __iter__(self) -> Iterator[Obj]:
        """Events until the server ends the watch; a silent server raises after the deadline."""
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                yield json.loads(line)
            elif chunk := self._response.read1():
                self._rest += chunk
            else:
                return

    def next(self) -> Obj:
        return next(iter(self))

    def until(self, wanted: Callable[[Obj], bool]) -> list[Obj]:
        """Events up to and including the first wanted one."""
        seen = []
        for event in self:
            seen.append(event)
            if wanted(event):
                return seen
        raise AssertionError(f"the watch ended after {seen}")


@dataclass
class KubeApi:
    """One API server under test and the tokens of the people in it.

    ``compact`` makes it forget its history; ``halt`` and ``resume`` are an outage.
    """

    name: str
    url: str
    ca_pem: str
    tokens: Mapping[str, str]
    kubectl_path: str
    compact: Callable[[], None]
    halt: Callable[[], None]
    resume: Callable[[], None]
    _pool: urllib3.PoolManager = field(init=False, repr=False)

    def __post_init__(self) -> None:
        context = ssl.create_default_context(cadata=self.ca_pem)
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False, maxsize=8)

    def kubeconfig(self, user: str = "admin") -> str:
        return kubeconfig_text(self.name, self.url, self.ca_pem, self.tokens[user])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "admin",
        token: str | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        held: str = "",
        **params: Any,
    ) -> Answer:
        """One request; ``params`` become the query. ``user=None`` sends no token; ``held`` is the
        ETag of what the client has."""
        headers = {"Accept": accept, **self._authorization(user, token)}
        if held:
            headers["If-None-Match"] = held
        if body is not None:
            headers["Content-Type"] = content_type
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self._pool.request(
            method, self._address(path, params), body=body, headers=headers, timeout=30
        )
        return Answer(answer.status, _decoded(answer.data), dict(answer.headers))

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any, **options: Any) -> Answer:
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any, content_type: str, **options: Any) -> Answer:
        return self.call("PATCH", path, body, content_type=content_type, **options)

    def apply(self, path: str, body: Obj, manager: str, **options: Any) -> Answer:
        """Server-side apply."""
        return self.patch(path, body, APPLY_PATCH, fieldManager=manager, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.call("DELETE", path, body, **options)

    @contextmanager
    def watch(
        self, path: str, *, user: str = "admin", accept: str = JSON, **params: Any
    ) -> Iterator[Watch]:
        """An open watch on a collection; closed by this side when the block ends."""
        response = self._pool.request(
            "GET",
            self._address(path, {"watch": "true", **params}),
            headers={"Accept": accept, **self._authorization(user, None)},
            preload_content=False,
            timeout=DEADLINE_S,
        )
        try:
            assert response.status == 200, response.read()
            yield Watch(response)
        finally:
            response.close()

    def kubectl(
        self, *arguments: str, user: str = "admin", stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """kubectl, ended; nothing of the caller's own configuration reaches it."""
        with self.kubectl_process(*arguments, user=user) as process:
            out, err = process.communicate(stdin, timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @contextmanager
    def kubectl_process(
        self, *arguments: str, user: str = "admin"
    ) -> Iterator[subprocess.Popen[str]]:
        """kubectl, running; killed when the block ends."""
        with tempfile.TemporaryDirectory() as home:
            kubeconfig = Path(home, "kubeconfig")
            kubeconfig.write_text(self.kubeconfig(user))
            process = subprocess.Popen(
                [self.kubectl_path, f"--kubeconfig={kubeconfig}", *arguments],
                env={"HOME": home, "PATH": ""},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            with process:
                try:
                    yield process
                finally:
                    process.kill()

    def _address(self, path: str, params: Mapping[str, Any]) -> str:
        return f"{self.url}{path}?{urlencode(params)}" if params else self.url + path

    def _authorization(self, user: str | None, token: str | None) -> dict[str, str]:
        token = token or (self.tokens[user] if user else None)
        return {"Authorization": f"Bearer {token}"} if token else {}


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
