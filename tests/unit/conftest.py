"""Fixtures of the unit tests: the config database, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.configdb.database import Database
from tests import postgres

ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL server for the session, started when the first test asks."""
    try:
        postgres.binaries()
        with postgres.server() as url:
            yield url
    except postgres.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=ENGINES)
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, SQLite and PostgreSQL in turn."""
    if request.param == "sqlite":
        yield str(tmp_path / "console.db")
    else:
        with postgres.database(request.getfixturevalue("postgres_server")) as url:
            yield url


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """An upgraded config database."""
    database = Database(db_url)
    database.upgrade()
    yield database
    database.close()
