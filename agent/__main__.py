"""``python -m agent heartbeat`` and ``python -m agent gpu-probe``.

Exit status 2 for what keeps it from starting, 0 after SIGTERM or SIGINT. ``gpu-probe --once`` ends
with 0 when there is a GPU and 1 when there is none.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence

import orjson

from agent import accelerators, logs, options, serving
from agent.gpu_probe import GpuMetrics, GpuProbe
from agent.health import Health
from agent.heartbeat import Heartbeat
from agent.hub import Hub
from agent.kube import KubeApi
from agent.metrics import HeartbeatMetrics, registry
from agent.origin import Origin
from agent.report import Reporter, Scope
from agent.version import version

_LOG = logging.getLogger("agent")
STOPS = (signal.SIGTERM, signal.SIGINT)
GRACE_S = 1.5
"""What a heartbeat under way gets when we are told to stop."""


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand until it is told to stop; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m agent",
        description="The agent of a workload cluster. A flag wins over its variable.",
    )
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(required=True)
    for name, run, known, meaning in (
        ("heartbeat", heartbeat, options.HEARTBEAT, "tell the hub what this cluster has"),
        ("gpu-probe", gpu_probe, options.GPU_PROBE, "serve what NVML knows of this node's GPUs"),
    ):
        command = commands.add_parser(name, help=meaning, description=meaning)
        options.add_to(command, known)
        command.set_defaults(run=run)
        if run is gpu_probe:
            command.add_argument("--once", action="store_true", help="print it instead and end")
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except options.BadOptions as bad:
        sys.stderr.write(f"{bad}\n")
        return 2


def heartbeat(given: argparse.Namespace) -> int:
    """Report and send until told to stop. Raises BadOptions."""
    values = options.for_heartbeat(given)
    api = KubeApi.of_account(values.account, values.api_server)
    logs.configure(values.log_level)
    scope = Scope(
        namespace=values.namespace,
        operator_selector=values.operator_selector,
        probe_selector=values.gpu_probe_selector,
        probe_port=values.gpu_probe_port,
        accelerators=accelerators.extended(values.gpu_resources),
    )
    known = registry(version())
    loop = Heartbeat(
        Reporter(api, scope, version()),
        Hub(Origin(values.hub_api, values.hub_token_file, values.hub_ca_file), values.cluster_name),
        values.interval,
        HeartbeatMetrics(known),
    )
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(stop,), name="heartbeat", daemon=True)
    health = Health(loop, api, thread.is_alive)
    pages = {
        "/healthz": health.live,
        "/readyz": health.ready,
        "/metrics": serving.metrics_of(known),
    }
    _listen(options.HEARTBEAT, values, pages)
    thread.start()
    signal.sigwait(STOPS)
    stop.set()
    thread.join(GRACE_S)
    if thread.is_alive():
        os._exit(0)  # an ordinary end would wait for whatever the loop's helpers wait for
    return 0


def gpu_probe(given: argparse.Namespace) -> int:
    """Serve, or print, the state of the GPUs. Raises BadOptions."""
    values = options.read(options.GPU_PROBE, given)
    probe = GpuProbe()
    if given.once:
        reading = probe.read()
        sys.stdout.write(orjson.dumps(reading.as_json(), option=orjson.OPT_INDENT_2).decode())
        sys.stdout.write("\n")
        return 0 if reading.gpus else 1
    logs.configure(values.log_level)
    known = registry(version())
    known.register(GpuMetrics(probe))

    def ready() -> serving.Page:
        reading = probe.read()
        return serving.state(reading.reason if reading.trouble else "")

    pages = {
        "/gpus": lambda: serving.json(probe.read().as_json()),
        "/healthz": lambda: serving.state(""),
        "/readyz": ready,
        "/metrics": serving.metrics_of(known),
    }
    _listen(options.GPU_PROBE, values, pages)
    signal.sigwait(STOPS)
    return 0


def _listen(
    known: Sequence[options.Option], values: argparse.Namespace, pages: serving.Pages
) -> None:
    """Answer requests from now on, and let the signals that stop us wait until they are asked for.

    Threads inherit that, so it comes before the first one. Raises BadOptions.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        server = serving.Server(values.bind, values.port, pages)
    except OSError as error:
        names = " and ".join(one.variable for one in known if one.name in ("bind", "port"))
        sentence = f"{names} ({values.bind}, {values.port}): {error.strerror}."
        raise options.BadOptions([sentence]) from None
    _LOG.info("serving on port %d", server.port)


if __name__ == "__main__":
    sys.exit(main())
