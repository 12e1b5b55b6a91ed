"""Fixtures that several rooms share: a Kubernetes API, compiled and the demo's.

``kube_api`` runs a test twice. The compiled one is started once a session, and only when a test
asks for it; where it is not built its tests are skipped, and the summary says how many.
"""

import itertools
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.real import binaries, definitions
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import KubeApi
from tests.real.servers import BOTH, client_of, compiled_server, demo_server

pytest_plugins = ["tests.planted"]

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    try:
        binaries.find()
    except binaries.Missing as missing:
        # ./test needs no compiler: it leaves these out with the reason; the summary below counts
        # them and names the command that builds what is missing and runs them.
        not_built = pytest.mark.skip(reason=str(missing))
        for item in items:
            if item.get_closest_marker("compiled"):
                item.add_marker(not_built)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    try:
        binaries.find()
    except binaries.Missing as missing:
        skipped = terminalreporter.stats.get("skipped", [])
        count = sum(str(missing) in str(report.longrepr) for report in skipped)
        if count:
            terminalreporter.section("compiled parts")
            terminalreporter.write_line(f"{count} tests did not run: {missing}.")
            terminalreporter.write_line(f"{binaries.HOW} builds what they need and runs them.")
