"""The program: options, account, signals, and the exit status."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import kopf

from ngf_operator import logs
from ngf_operator.health import CannotServe
from ngf_operator.leader import Lost
from ngf_operator.operating import Operator
from ngf_operator.options import BadOptions, Options, parser, read
from ngf_operator.wanting import Recipe

_LOG = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None, recipes: Sequence[Recipe]) -> int:
    """Run until told to stop. 0 after SIGTERM or SIGINT, 2 for what keeps it from starting, 1 when
    the Lease is lost or the work cannot go on."""
    given = parser(version()).parse_args(arguments)
    try:
        options = read(given)
    except BadOptions as bad:
        sys.stderr.write(f"{bad}\n")
        return 2
    logs.configure(options.log_level)
    if options.kubeconfig:
        os.environ["KUBECONFIG"] = options.kubeconfig  # where kopf looks for it
    try:
        login()
    except Exception as error:
        sys.stderr.write(f"There is no account for an API server: {error}\n")
        return 2
    return asyncio.run(_run(options, recipes))


def version() -> str:
    """The version of the product."""
    return Path(__file__).parents[2].joinpath("VERSION").read_text().strip()


def login() -> kopf.ConnectionInfo:
    """The account of the kubeconfig, or of the pod. Raises kopf.LoginError."""
    settings = kopf.OperatorSettings()
    found = kopf.login_with_kubeconfig(settings=settings)
    found = found or kopf.login_with_service_account(settings=settings)
    if found is None:
        raise kopf.LoginError("KUBECONFIG (--kubeconfig) names no file, and this is no pod.")
    return found


async def _run(options: Options, recipes: Sequence[Recipe]) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    status = 0
    try:
        await Operator(options, recipes, login, version()).run(stop)
    except* Lost as lost:
        _LOG.error("%s", lost.exceptions[0])
        status = 1
    except* CannotServe as error:
        where = f"HEALTH_BIND and HEALTH_PORT ({options.bind}, {options.port})"
        sys.stderr.write(f"{where}: {error.exceptions[0]}\n")
        status = 2
    return status
