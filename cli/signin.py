"""``./run signin``: a fresh sign-in link, for when the one printed at the start is used up."""

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from services import served
from services.auth.signin import SignInCodes
from services.configdb.opening import opened
from services.errors import ConsoleError
from services.settings import Settings

if TYPE_CHECKING:
    from services.container import Container


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    subparsers.add_parser(
        "signin",
        help="print a fresh sign-in link",
        description="Print a link that signs in once, as admin, within an hour (--auth local). It"
        " leads to the console that was started last on the data folder, unless --port, --bind or"
        " --public-url say otherwise.",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Print the link alone on standard output. Raises BadSettings."""
    if other := served.mismatch(settings):
        print(f"ngf-console: {other}", file=sys.stderr)
    settings = served.recalled(settings)
    if settings.auth != "local":
        print(f"{settings.url}/signin")
        return 0
    try:
        print(_link(settings, SignInCodes(opened(settings))))
    except ConsoleError as error:
        print(f"ngf-console: {error.message}", file=sys.stderr)
        return 1
    return 0


def announce(container: "Container") -> None:
    """Print the one line that the console greets with, and beside it how to get another link."""
    settings = container.settings
    served.remember(settings)
    if settings.auth != "local":
        print(f"Sign in: {settings.url}/", flush=True)
        return
    print(f"Sign in: {_link(settings, container.signin)}", flush=True)
    print(f"Another link: {_again(settings)}", file=sys.stderr)


def _link(settings: Settings, codes: SignInCodes) -> str:
    return f"{settings.url}/signin?code={codes.mint()}"


def _again(settings: Settings) -> str:
    given = settings.model_fields_set
    data = f" --data {shlex.quote(str(settings.data))}" if "data" in given else ""
    database = ", with the same --config-db" if "config_db" in given else ""
    return f"{settings.command}{data} signin{database}"
