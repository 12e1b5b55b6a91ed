"""``./run token``: make, list and revoke API tokens in the config database; no server need run."""

import argparse
import getpass
import json
import re
import sys
from datetime import UTC, datetime, timedelta

from cli.tables import table
from services.auth import names
from services.auth.identity import Identity, Role
from services.auth.tokens import TokenInfo, TokenStore
from services.configdb.opening import existing, opened
from services.errors import ConsoleError, Invalid
from services.served import mismatch
from services.settings import Settings

_OPTIONS = {"clusters": "cluster", "namespaces": "namespace"}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand and its own."""
    parser = subparsers.add_parser("token", help="make, list and revoke API tokens")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    create = verbs.add_parser("create", help="make a token and print it once")
    create.add_argument("--name", required=True, help="what the token is called; unique")
    create.add_argument("--role", required=True, choices=[str(role) for role in Role])
    create.add_argument(
        "--cluster",
        action="append",
        metavar="C",
        help="limit to this cluster; repeatable (default: all)",
    )
    create.add_argument(
        "--namespace",
        action="append",
        metavar="NS",
        help="limit to this namespace; repeatable (default: all)",
    )
    create.add_argument(
        "--ttl", metavar="30d", help="valid for so long: s, m, h, d, w (default: for ever)"
    )
    listing = verbs.add_parser("list", help="show all tokens, never their text")
    listing.add_argument(
        "--output", choices=("table", "json"), default="table", help="(default: %(default)s)"
    )
    revoke = verbs.add_parser("revoke", help="refuse a token from now on")
    revoke.add_argument("token", metavar="NAME", help="its name or id")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Exit status 2 for what cannot be used, 1 for what was not found. Raises BadSettings."""
    verbs = {"create": _create, "list": _list, "revoke": _revoke}
    if args.verb == "create" and (other := mismatch(settings)):
        print(f"ngf-console: {other}", file=sys.stderr)
    try:
        db = opened(settings) if args.verb == "create" else existing(settings)
        verbs[args.verb](args, TokenStore(db))
    except Invalid as error:
        for problem in error.details["fields"]:
            option = _OPTIONS.get(problem["field"], problem["field"])
            print(f"ngf-console: --{option}: {problem['rule']}", file=sys.stderr)
        return 2
    except ConsoleError as error:
        print(f"ngf-console: {error.message}", file=sys.stderr)
        return 1
    return 0


def operator() -> Identity:
    """Who runs this command: whoever can read the database is an admin already."""
    try:
        name = f"{names.CLI}{getpass.getuser()}"
    except (KeyError, OSError):
        name = "cli"
    return Identity(name, Role.ADMIN, source="cli")


def _create(args: argparse.Namespace, tokens: TokenStore) -> None:
    ttl = duration(args.ttl) if args.ttl is not None else None
    _, text = tokens.create(operator(), args.name, args.role, args.cluster, args.namespace, ttl)
    print(text)


def _list(args: argparse.Namespace, tokens: TokenStore) -> None:
    found = tokens.list(operator())
    if args.output == "json":
        print(json.dumps([info.as_dict() for info in found], indent=2))
        return
    head = ("name", "role", "clusters", "namespaces", "created", "expires", "last used", "id")
    print(table(head, [_row(info) for info in found]))


def _row(info: TokenInfo) -> tuple[str, ...]:
    expires = "never" if info.expires is None else _time(info.expires)
    return (
        info.name,
        str(info.role),
        "all" if info.clusters is None else ",".join(sorted(info.clusters)),
        "all" if info.namespaces is None else ",".join(sorted(info.namespaces)),
        _time(info.created),
        f"{expires} (expired)" if info.expired else expires,
        "never" if info.last_used is None else _time(info.last_used),
        info.id,
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _revoke(args: argparse.Namespace, tokens: TokenStore) -> None:
    info = tokens.revoke(operator(), args.token)
    print(f"revoked {info.name}")


def duration(text: str) -> timedelta:
    """``30d``, ``12h``, ``90m``, ``2w``, ``45s``. Raises Invalid."""
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if not match:
        rule = f"{text!r} is no duration; give a number and one of s, m, h, d, w"
        raise Invalid(f"ttl: {rule}.", fields=[{"field": "ttl", "rule": rule}])
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError as error:
        rule = "at most 3650 days"
        raise Invalid(f"ttl: {rule}.", fields=[{"field": "ttl", "rule": rule}]) from error
