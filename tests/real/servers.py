"""The two API servers that tests of Kubernetes behaviour run against, started and ended."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from services.demo.api import DemoApi, User
from tests.real import binaries
from tests.real.controlplane import RIGHTS, USERS, ControlPlane, Obj
from tests.real.kube_api import KubeApi

BOTH = ("demo", pytest.param("real", marks=pytest.mark.compiled))
"""Parameters of a fixture whose tests run against both."""


@contextmanager
def demo_server(documents: Iterable[Obj]) -> Iterator[KubeApi]:
    """The demo's API server, with the same people and rights as the compiled one."""
    tokens = {user: f"{user}-token" for user in USERS}
    people = {tokens[user]: User(user, groups, user) for user, groups in USERS.items()}
    crds = [doc for doc in documents if doc["kind"] == "CustomResourceDefinition"]
    demo = DemoApi("demo", crds, tokens=people)
    demo.start()
    try:
        for obj in RIGHTS:
            demo.store.create(obj)
        yield KubeApi(
            "demo",
            demo.url,
            demo.ca_pem,
            tokens,
            _kubectl(),
            compact=demo.expire_history,
            halt=demo.stop,
            resume=demo.start,
        )
    finally:
        demo.stop()


@contextmanager
def compiled_server(
    documents: Iterable[Obj], *, controllers: bool = True
) -> Iterator[ControlPlane]:
    """The compiled control plane; raises binaries.Missing where it is not built."""
    plane = ControlPlane(binaries.find())
    plane.start(documents, controllers=controllers)
    try:
        yield plane
    finally:
        plane.stop()


def client_of(plane: ControlPlane) -> KubeApi:
    return KubeApi(
        "real",
        plane.url,
        plane.ca_pem,
        plane.tokens,
        plane.binaries["kubectl"],
        compact=plane.compact,
        halt=plane.stop_apiserver,
        resume=plane.start_apiserver,
    )


def _kubectl() -> str:
    """The compiled kubectl, or nothing: tests that need it are marked ``compiled``."""
    try:
        return binaries.find()["kubectl"]
    except binaries.Missing:
        return ""
