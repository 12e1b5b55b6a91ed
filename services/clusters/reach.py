"""Which cluster a console without a list of clusters works on: the first that answers.

The order is the flag, ``KUBECONFIG``, the account of the pod, ``~/.kube/config``. A kubeconfig that
the flag names is the only candidate: whoever asks for one cluster must not end up on another.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
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
    kubeconfig: Path | None, environ: Mapping[str, str], home: Path, *, allow_http: bool = False
) -> tuple[Connect | None, list[Attempt]]:
    """How to connect to the first API server that answers, and all that was tried until then."""
    attempts: list[Attempt] = []
    for source, connect in _candidates(kubeconfig, environ, home, allow_http):
        try:
            KubeClient(connect()).get("/apis")
        except ConsoleError as error:
            attempts.append(Attempt(source, error.message))
        else:
            attempts.append(Attempt(source, ""))
            return connect, attempts
    return None, attempts


def _candidates(
    kubeconfig: Path | None, environ: Mapping[str, str], home: Path, allow_http: bool
) -> Iterator[tuple[str, Connect]]:
    connect = partial(Connection.from_kubeconfig, allow_http=allow_http)
    if kubeconfig is not None:
        yield f"--kubeconfig {kubeconfig}", partial(connect, kubeconfig)
        return
    if named := environ.get("KUBECONFIG"):
        paths = [Path(os.path.expanduser(part)) for part in named.split(":") if part]
        yield f"KUBECONFIG {named}", partial(_as_one, paths, allow_http)
    yield "in-cluster account", lambda: Connection.in_cluster(environ)
    default = home / ".kube" / "config"
    yield str(default), partial(connect, default)


def _as_one(paths: list[Path], allow_http: bool) -> Connection:
    """Several files count as one; as with kubectl, those that do not exist are passed over."""
    found = [path for path in paths if os.path.exists(path)] or paths[:1]
    config = merged(parse(read(path)) for path in found)
    return Connection.from_mapping(config, None, "anywhere" if allow_http else "loopback")
