"""The agents of the demo's clusters: the real program, as threads of this process.

Each reads its cluster with an account of that cluster's own and reports to the console over HTTP
with its own token, as it would from elsewhere.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from agent.heartbeat import Heartbeat
from agent.hub import Hub
from agent.kube import KubeApi
from agent.metrics import HeartbeatMetrics, registry
from agent.origin import Origin
from agent.report import Reporter, Scope
from agent.version import version
from services.demo.api import DemoApi
from services.demo.registered import HEARTBEAT_SECONDS

WAIT_SECONDS = 30.0


class DemoAgents:
    """One agent for each cluster that has a token, reporting to the console at ``url``.

    ``ready`` waits for the console to know its clusters, for so many seconds at most.
    """

    def __init__(
        self,
        apis: Mapping[str, DemoApi],
        tokens: Mapping[str, str],
        url: str,
        ready: Callable[[float], None],
    ) -> None:
        self._ready = ready
        self._folder = tempfile.TemporaryDirectory(prefix="ngf-console-agents-")
        self._stop = threading.Event()
        loops = [self._agent(name, apis[name], token, url) for name, token in tokens.items()]
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name="demo-agent", daemon=True)
            for loop in loops
        ]

    def start(self) -> None:
        """Report from now on. What an agent says of a heartbeat that was taken is no news here."""
        logging.getLogger("agent").setLevel(logging.WARNING)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Report no more; the account files go with the last agent that reads them."""
        self._stop.set()

    def _run(self, loop: Heartbeat) -> None:
        """A method, so that the folder lives as long as an agent that reads from it."""
        self._ready(WAIT_SECONDS)
        loop.run(self._stop)

    def _agent(self, name: str, api: DemoApi, token: str, url: str) -> Heartbeat:
        account = Path(self._folder.name) / name
        account.mkdir()
        (account / "token").write_text(api.token())
        (account / "ca.crt").write_text(api.ca_pem)
        (account / "hub-token").write_text(token)
        return Heartbeat(
            Reporter(KubeApi.of_account(account, api.url), Scope(), version()),
            Hub(Origin(url, account / "hub-token"), name),
            HEARTBEAT_SECONDS,
            HeartbeatMetrics(registry(version())),
        )
