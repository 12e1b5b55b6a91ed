"""Fixtures that several rooms share: a Kubernetes API, compiled and the demo's.

``kube_api`` runs a test twice. The compiled one is started once a session, and only when a test
asks for it; where it is not built its tests are skipped, and the summary says how many.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.real import binaries, definitions
from tests.real.controlplane import RIGHTS, USERS, ControlPlane
from tests.real.kube_api import KubeApi

BOTH = ("demo", pytest.param("real", marks=pytest.mark.compiled))
_counter = itertools.count(1)
_not_run = pytest.StashKey[tuple[int, str]]()


@pytest.fixture(scope="session")
def real_cluster() -> Iterator[ControlPlane]:
    """A running control plane with every definition loaded. Mark its tests ``compiled``."""
    plane = ControlPlane(binaries.find())
    plane.start(definitions.for_tests())
    yield plane
    plane.stop()


@pytest.fixture(scope="session", params=BOTH)
def kube_api(request: pytest.FixtureRequest) -> Iterator[KubeApi]:
    """An API server with an admin, a reader and a stranger: the demo's, then the compiled one."""
    if request.param == "real":
        plane: ControlPlane = request.getfixturevalue("real_cluster")
        yield KubeApi(
            "real",
            plane.url,
            plane.ca_pem,
            plane.tokens,
            plane.binaries["kubectl"],
            plane.compact,
        )
    else:
        with demo_api() as api:
            yield api


@contextmanager
def demo_api() -> Iterator[KubeApi]:
    """The demo's API server with the same definitions, people and rights as the compiled one."""
    from services.demo.api import DemoApi, User

    tokens = {user: f"{user}-token" for user in USERS}
    crds = [d for d in definitions.for_tests() if d["kind"] == "CustomResourceDefinition"]
    people = {tokens[user]: User(user, groups, user) for user, groups in USERS.items()}
    demo = DemoApi("demo", crds, tokens=people)
    demo.start()
    try:
        for obj in RIGHTS:
            demo.store.create(obj)
        yield KubeApi("demo", demo.url, demo.ca_pem, tokens, kubectl_path(), demo.expire_history)
    finally:
        demo.stop()


def kubectl_path() -> str:
    """The compiled kubectl, or nothing: tests that need it are marked ``compiled``."""
    try:
        return binaries.find()["kubectl"]
    except binaries.Missing:
        return ""


@pytest.fixture
def namespace(kube_api: KubeApi) -> str:
    """A namespace of this test alone. It ends with the server: a real one needs 6 s to end it."""
    name = f"t{next(_counter)}-{kube_api.name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    kube_api.post("/api/v1/namespaces", body).ok()
    return name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    compiled = [item for item in items if item.get_closest_marker("compiled")]
    try:
        binaries.find()
    except binaries.Missing as missing:
        for item in compiled:
            item.add_marker(pytest.mark.skip(reason=str(missing)))
        config.stash[_not_run] = (len(compiled), str(missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count, reason = terminalreporter.config.stash.get(_not_run, (0, ""))
    if count:
        terminalreporter.section("compiled parts")
        terminalreporter.write_line(f"{count} tests did not run: {reason}.")
        terminalreporter.write_line(f"{binaries.HOW} builds what they need and runs them.")
