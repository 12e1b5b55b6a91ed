"""``-f PATH...``: the manifests that a command works on."""

import argparse
import sys
from collections.abc import Sequence

from cli.tables import printable
from services.gatewayapi import manifests
from services.gatewayapi.manifests import Manifests, Unreadable


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "-f",
        "--filename",
        dest="paths",
        metavar="PATH",
        nargs="+",
        action="extend",
        required=True,
        help="manifests: files, folders (with those below them), or - for standard input;"
        " repeatable",
    )


def read(paths: Sequence[str]) -> Manifests | None:
    """What they hold; None after saying why it cannot be read."""
    try:
        return manifests.read(paths)
    except Unreadable as error:
        print(printable(f"ngf-console: {error}"), file=sys.stderr)
        return None
