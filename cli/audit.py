"""``./run audit``: check the chain of the audit log, or read it."""

import argparse
import json
import sys
from datetime import UTC, datetime

from cli.tables import printable, table
from services.auth.identity import CONSOLE
from services.configdb.audit import SORTABLE, AuditLog, AuditRecord
from services.configdb.opening import existing
from services.errors import ConsoleError, Invalid
from services.settings import Settings

_OPTIONS = {"pageSize": "page-size"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand and its own."""
    parser = subparsers.add_parser("audit", help="check or read the audit log")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("verify", help="check that no entry was changed, removed or inserted")
    listing = verbs.add_parser("list", help="show entries, newest first")
    for name in ("cluster", "kind", "namespace", "name", "actor", "outcome"):
        text = f"only this {name} (default: all)"
        listing.add_argument(f"--{name}", dest=f"by_{name}", metavar="X", help=text)
    listing.add_argument(
        "--search", default="", help="only entries with these words (default: none)"
    )
    listing.add_argument(
        "--sort",
        default="-time",
        help=f"{', '.join(SORTABLE)}; a dash before it: downwards (default: %(default)s)",
    )
    listing.add_argument(
        "--page", type=int, default=1, metavar="N", help="from 1 (default: %(default)s)"
    )
    listing.add_argument(
        "--page-size", type=int, default=50, metavar="N", help="entries (default: %(default)s)"
    )
    listing.add_argument(
        "--output", choices=("table", "json"), default="table", help="(default: %(default)s)"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 when the chain is broken or there is none, 2 for bad input.

    Raises BadSettings.
    """
    try:
        log = AuditLog(existing(settings))
        return _verify(log) if args.verb == "verify" else _list(args, log)
    except Invalid as error:
        for problem in error.details["fields"]:
            option = _OPTIONS.get(problem["field"], problem["field"])
            print(f"ngf-console: --{option}: {problem['rule']}", file=sys.stderr)
        return 2
    except ConsoleError as error:
        print(f"ngf-console: {error.message}", file=sys.stderr)
        return 1


def _verify(log: AuditLog) -> int:
    check = log.verify()
    if check.ok:
        print(f"ok: {check.entries} entries, head {check.head}")
        return 0
    print(f"broken at entry {check.first_bad}: {check.why}; {check.entries} entries before it hold")
    return 1


def _list(args: argparse.Namespace, log: AuditLog) -> int:
    found = log.list(
        CONSOLE,
        cluster=args.by_cluster,
        kind=args.by_kind,
        namespace=args.by_namespace,
        name=args.by_name,
        actor=args.by_actor,
        outcome=args.by_outcome,
        search=args.search,
        sort=args.sort,
        page=args.page,
        page_size=args.page_size,
    )
    if args.output == "json":
        items = [record.as_dict() for record in found.items]
        print(json.dumps({"items": items, "total": found.total}, indent=2))
        return 0
    head = ("id", "time", "actor", "verb", "kind", "cluster", "object", "outcome", "reason")
    print(table(head, [_row(record) for record in found.items]))
    return 0


def _row(record: AuditRecord) -> tuple[str, ...]:
    place = f"{record.namespace}/{record.name}" if record.namespace else record.name
    cells = (
        str(record.id),
        _time(record.time),
        record.actor,
        record.verb,
        record.kind,
        record.cluster,
        place,
        record.outcome,
        record.error or record.reason,
    )
    return tuple(printable(cell) for cell in cells)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
