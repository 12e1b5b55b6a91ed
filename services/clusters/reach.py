"""Which cluster a console without a list of clusters works on: the first that answers.

The order is the flag, ``KUBECONFIG``, the account of the pod, ``~/.kube/config``. A kubeconfig that
the flag names is the only candidate: whoever asks for one cluster must not end up on another.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.errors import ConsoleError
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.kubeconfig import merged, parse, read

Connect = Callable[[], Connection]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One place that was tried; ``problem`` is empty for the one that answered."""

    source: str
    problem: str


def first_reachable(
    kubeconfig: Path | None, environ: Mapping[str, str], home: Path
) -> tuple[Connect | None, list[Attempt]]:
    """How to connect to the first API server that answers, and all that was tried until then."""
    attempts: list[Attempt] = []
    for source, connect in _candidates(kubeconfig, environ, home):
        try:
            KubeClient(connect()).get("/apis")
        except ConsoleError as error:
            attempts.append(Attempt(source, error.message))
        else:
            attempts.append(Attempt(source, ""))
            return connect, attempts
    return None, attempts


def _candidates(
    kubeconfig: Path | None, environ: Mapping[str, str], home: Path
) -> Iterator[tuple[str, Connect]]:
    if kubeconfig is not None:
        yield f"--kubeconfig {kubeconfig}", lambda: Connection.from_kubeconfig(kubeconfig)
        return
    if named := environ.get("KUBECONFIG"):
        paths = [Path(os.path.expanduser(part)) for part in named.split(":") if part]
        yield f"KUBECONFIG {named}", lambda: _as_one(paths)
    yield "in-cluster account", lambda: Connection.in_cluster(environ)
    default = home / ".kube" / "config"
    yield str(default), lambda: Connection.from_kubeconfig(default)


def _as_one(paths: list[Path]) -> Connection:
    """Several files count as one; as with kubectl, those that do not exist are passed over."""
    found = [path for path in paths if os.path.exists(path)] or paths[:1]
    return Connection.from_mapping(merged(parse(read(path)) for path in found))
