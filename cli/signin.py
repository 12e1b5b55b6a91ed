"""``./run signin``: a fresh sign-in link, for when the one printed at the start is used up."""

import argparse
import sys

from services.auth.signin import SignInCodes
from services.configdb.database import Database
from services.container import Container
from services.errors import ConsoleError
from services.settings import Settings


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    subparsers.add_parser(
        "signin",
        help="print a fresh sign-in link",
        description="Print a link that signs in once, as admin, within an hour (--auth local).",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Print the link alone on standard output."""
    if settings.auth != "local":
        print(f"{settings.url}/signin")
        return 0
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = Database(settings.database)
        db.upgrade()
        print(_link(settings, SignInCodes(db)))
    except ConsoleError as error:
        print(f"ngf-console: {error.message}", file=sys.stderr)
        return 1
    return 0


def announce(container: Container) -> None:
    """Print the one line that the console greets with."""
    settings = container.settings
    link = _link(settings, container.signin) if settings.auth == "local" else f"{settings.url}/"
    print(f"Sign in: {link}", flush=True)


def _link(settings: Settings, codes: SignInCodes) -> str:
    return f"{settings.url}/signin?code={codes.mint()}"
