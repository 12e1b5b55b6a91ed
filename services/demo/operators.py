"""The operators of the demo's clusters: the real program, a process for each cluster with work.

One starts when a cluster has the first object that an operator is for, works with an account of
that cluster's own that has the rights that the chart gives, and ends with the console, however that
ends. Its kubeconfig and its log are files of the data folder that nobody else may read.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from services.demo import leashed
from services.demo.api import ApiError, DemoApi
from services.demo.operator_account import GROUPS, NAMESPACE, USER, account
from services.kube.catalogue import CONSOLE, KINDS

PROGRAM = Path(__file__).parents[2] / "operator" / "main.py"
FOLLOWED = frozenset((CONSOLE, name) for name, kind in KINDS.items() if kind.group == CONSOLE)
WAIT_SECONDS = 30.0
LOOK_SECONDS = 2.0
"""Between looks whether each still runs."""
AGAIN_SECONDS = 10.0
"""From an end that nobody wanted, or a start that failed, to another start."""
STOP_SECONDS = 5.0

_log = structlog.get_logger(__name__)
Process = subprocess.Popen[bytes]


class DemoOperators:
    """Operators for the clusters of ``apis``, with their files in ``folder``.

    ``ready`` waits for the console to serve, for so many seconds at most: what is seen first starts
    first.
    """

    def __init__(
        self, apis: Mapping[str, DemoApi], folder: Path, ready: Callable[[float], None]
    ) -> None:
        self._apis, self._folder, self._ready = apis, folder, ready
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._running: dict[str, Process] = {}
        self._again: dict[str, float] = {}
        self._accounts: set[str] = set()
        self._wake = threading.Event()
        self._ended = threading.Event()
        # A process ends with the thread that started it, so that there is one for all of them.
        self._thread = threading.Thread(target=self._work, name="demo-operators", daemon=True)

    def start(self) -> None:
        """Look after the clusters from now on."""
        for name, api in self._apis.items():
            api.store.follow(FOLLOWED, partial(self._want, name))
            if any(api.store.keyed(*kind) for kind in FOLLOWED):
                self._want(name)
        self._thread.start()

    def stop(self) -> None:
        """End them all."""
        self._ended.set()
        self._wake.set()
        self._thread.join(WAIT_SECONDS)

    def pids(self) -> dict[str, int]:
        """The process of each cluster that has one."""
        return {name: process.pid for name, process in list(self._running.items())}

    def _want(self, name: str) -> None:
        with self._lock:
            self._wanted.add(name)
        self._wake.set()

    def _work(self) -> None:
        self._ready(WAIT_SECONDS)
        while not self._ended.is_set():
            with self._lock:
                wanted = sorted(self._wanted)
            for name in wanted:
                self._see_to(name)
            self._wake.wait(LOOK_SECONDS if wanted else None)
            self._wake.clear()
        self._end()

    def _see_to(self, name: str) -> None:
        """Start the operator of a cluster unless it runs; one that does not start ends no other."""
        process = self._running.get(name)
        if process is not None:
            if process.poll() is None:
                return
            _log.warning("an operator of the demo ended", cluster=name, status=process.returncode)
            del self._running[name]
            self._again[name] = time.monotonic() + AGAIN_SECONDS
        if time.monotonic() < self._again.get(name, 0.0):
            return
        try:
            self._running[name] = self._start(name)
        except Exception:
            _log.exception("an operator of the demo did not start", cluster=name)
            self._again[name] = time.monotonic() + AGAIN_SECONDS

    def _start(self, name: str) -> Process:
        api = self._apis[name]
        for obj in account():
            _make(api, obj)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if name not in self._accounts:
            api.add_user(USER, GROUPS)
            self._accounts.add(name)
        kubeconfig = self._folder / f"{name}.kubeconfig"
        with _private(kubeconfig) as file:
            file.write(api.kubeconfig(USER).encode())
        options = {
            "kubeconfig": kubeconfig,
            "namespace": NAMESPACE,
            "leader-elect": "false",  # there is no other
            "bind": "127.0.0.1",
            "port": 0,
            "log-level": "warning",
        }
        command = [sys.executable, str(PROGRAM)]
        command += [f"--{option}={value}" for option, value in options.items()]
        with _private(self._folder / f"{name}.log") as log:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", leashed.__file__, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Nothing of the console's: its variables hold its secrets.
                env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1"},
            )

    def _end(self) -> None:
        for process in self._running.values():
            process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(end - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


def _make(api: DemoApi, obj: dict[str, Any]) -> None:
    """Store an object unless it is there."""
    try:
        api.store.create(obj)
    except ApiError as error:
        if error.reason != "AlreadyExists":
            raise


def _private(path: Path) -> BinaryIO:
    """A file to be written from its beginning, that nobody else may read."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
