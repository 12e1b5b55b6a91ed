"""The whole console on the demo fleet, served on loopback: one for each file of API tests."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from dash import Dash

from app import create_app
from cli.source import demo
from services.auth.identity import CONSOLE, Role
from services.container import Container
from services.demo.places import PLACES
from services.settings import load
from tests.serving import free_port, loopback
from tests.stores import fresh_store

_number = count(1)


@dataclass
class Console:
    """A running console and ways to ask it as somebody."""

    container: Container
    app: Dash
    url: str
    tokens: dict[Any, str] = field(default_factory=dict)

    @property
    def roles(self) -> dict[str, Role]:
        """The role each callback declares, by its output."""
        found: dict[str, Role] = self.app.server.extensions["ngf-callbacks"].roles
        return found

    def token(
        self,
        role: Role = Role.ADMIN,
        clusters: tuple[str, ...] | None = None,
        namespaces: tuple[str, ...] | None = None,
    ) -> str:
        """An API token of this role and these limits; made once."""
        key = (role, clusters, namespaces)
        if key not in self.tokens:
            _, self.tokens[key] = self.container.tokens.create(
                CONSOLE, f"test-{next(_number)}", role, clusters=clusters, namespaces=namespaces
            )
        return self.tokens[key]

    def ask(
        self, method: str, path: str, token: str | None = None, **options: Any
    ) -> requests.Response:
        """One request, as admin unless ``token`` is another's ("" for nobody's)."""
        text = self.token() if token is None else token
        headers = {**options.pop("headers", {})}
        if text:
            headers["Authorization"] = f"Bearer {text}"
        return requests.request(
            method, self.url + path, headers=headers, timeout=20, allow_redirects=False, **options
        )


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console with its demo fleet ready."""
    data: Path = tmp_path_factory.mktemp("console")
    port = free_port()
    settings = load(
        {"demo": True, "demo_traffic": False, "demo_operator": False, "data": data, "port": port}
    )
    container = Container.build(settings, demo(settings, PLACES), fresh_store())
    app = create_app(container)
    container.start()
    container.fleet.wait_ready(60)
    server = loopback(app.server, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Console(container, app, f"http://127.0.0.1:{server.server_port}")
    container.stop()
    server.shutdown()
    thread.join(10)
