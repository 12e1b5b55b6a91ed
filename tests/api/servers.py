"""The console's server without its pages, for tests that need another mode than the shared one."""

from pathlib import Path
from typing import Any

from flask import Flask

import api
from api import guard, security
from api.openapi import make_server
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.errors import Unavailable
from services.settings import load
from services.telemetry.store import Store
from tests.stores import fresh_store

ROOT = Path(api.__file__).parent


def without_clusters(data: Path, store: Store | None = None, **options: Any) -> Container:
    """The services of a console whose one cluster, ``one``, cannot be reached."""

    def unreachable() -> Any:
        raise Unavailable("There is no cluster in this test.")

    fleet = Fleet([Member("one", unreachable)])
    return Container.build(load({"data": data, **options}), fleet, store or fresh_store())


def without_pages(container: Container) -> Flask:
    """REST, sign-in, guard and security around ``container``, put together as app.py does."""
    cookie = security.session_cookie(container.settings)
    server = make_server("ngf-console", str(ROOT), container.version, cookie)
    server.secret_key = container.secret_key
    api.register(server, container)
    guard.install(server, container)
    security.install(server, container, ())
    return server
