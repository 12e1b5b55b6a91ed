"""Fixtures that several rooms share: a Kubernetes API, compiled and the demo's, and ClickHouse.

``kube_api`` runs a test twice. The compiled one is started once a session, and only when a test
asks for it; where it is not built its tests are skipped, and the summary says how many.
"""

import itertools
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.real import binaries, collector_build, definitions, toolchain
from tests.real.clickhouse import ClickHouse, clickhouse_server
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import KubeApi
from tests.real.servers import BOTH, client_of, compiled_server, demo_server

pytest_plugins = ["tests.order", "tests.planted", "tests.schemas"]

_counter = itertools.count(1)


@pytest.fixture(scope="session")
def real_cluster() -> Iterator[ControlPlane]:
    """A running control plane with every definition loaded. Mark its tests ``compiled``."""
    with compiled_server(definitions.for_tests()) as plane:
        yield plane


@pytest.fixture(scope="session", params=BOTH)
def kube_api(request: pytest.FixtureRequest) -> Iterator[KubeApi]:
    """An API server with an admin, a reader and a stranger: the demo's, then the compiled one."""
    if request.param == "real":
        yield client_of(request.getfixturevalue("real_cluster"))
    else:
        with demo_server(definitions.for_tests()) as api:
            yield api


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A server that speaks ClickHouse's HTTP interface; tests take databases of their own."""
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as server:
        yield server


@pytest.fixture
def namespace(kube_api: KubeApi) -> str:
    """A namespace of this test alone. It ends with the server: a real one needs 6 s to end it."""
    name = f"t{next(_counter)}-{kube_api.name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    kube_api.post("/api/v1/namespaces", body).ok()
    return name


@pytest.fixture
def own_logs() -> Iterator[None]:
    """For tests that start the program in this process: the log that it sets up writes to their
    standard error and ends with them."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


COMPILED = {"compiled": binaries.find, "otelcol": collector_build.find}
"""Marker to what finds the program that its tests need."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # ./test needs no compiler: it leaves these out with the reason; the summary below counts
    # them and names the command that builds what is missing and runs them.
    for marker, reason in _not_built().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    lines = []
    for reason in _not_built().values():
        if count := sum(reason in str(report.longrepr) for report in skipped):
            lines.append(f"{count} tests did not run: {reason}.")
    if lines:
        terminalreporter.section("compiled parts")
        for line in [*lines, f"{toolchain.HOW} builds what they need and runs them."]:
            terminalreporter.write_line(line)


def _not_built() -> dict[str, str]:
    """Marker to the reason why what its tests need is not here."""
    reasons = {}
    for marker, find in COMPILED.items():
        try:
            find()
        except toolchain.Missing as missing:
            reasons[marker] = str(missing)
    return reasons
