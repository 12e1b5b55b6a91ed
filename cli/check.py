"""``./run check``: what is wrong with manifests, for people and pipelines."""

import argparse
import json
from collections import Counter
from itertools import groupby

from cli import manifest_files
from cli.tables import printable
from services.gatewayapi.checking import Check, check, moved_document
from services.gatewayapi.issue import Issue, Severity
from services.gatewayapi.manifests import Placed
from services.settings import Settings

_NOWHERE = "not in these files"
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser(
        "check",
        help="say what is wrong with manifests, without applying them",
        description="Read manifests and name every attachment, reference, conflict and certificate"
        " issue with file and line. Exit status 1: there is an error; 2: the input cannot be used.",
        epilog="Secrets, EndpointSlices, ConfigMaps, Namespaces and GatewayClasses of which the"
        " input has none are taken to be elsewhere; Services and everything of the Gateway API"
        " must be in it, or in the cluster of --against. docs/check.md has examples.",
    )
    manifest_files.add_paths(parser)
    parser.add_argument(
        "--against",
        metavar="CLUSTER",
        help="judge them together with what this cluster holds, and say what applying them would"
        " introduce, fix and leave: a cluster of --clusters-config, or a context of the kubeconfig"
        " (default: the files alone)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON document, with the status that a controller would write for every"
        " object (default: text)",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 when there is an error, 2 for input that cannot be used. Raises BadSettings."""
    found = manifest_files.read(args.paths)
    if found is None:
        return 2
    live = None
    if args.against:
        from cli.against import model_of

        live = model_of(settings, args.against)
        if live is None:
            return 2
    result = check(found, live)
    if args.json:
        print(json.dumps(result.document(), indent=2))
    else:
        _print(result)
    return 1 if result.failed else 0


def _print(result: Check) -> None:
    placed = sorted(result.issues, key=lambda one: (one.file == "", one.file, one.line))
    for (file, line), several in groupby(placed, key=lambda one: (one.file, one.line)):
        _say(f"{file}:{line}" if file else _NOWHERE)
        for one in several:
            _print_issue(one)
    if result.difference:
        _print_difference(result)
    manifests = result.manifests
    told = Counter(one.issue.severity for one in result.issues)
    counts = [_counted(told[severity], severity) for severity in _SEVERITIES]
    objects, files = len(manifests.objects), manifests.files
    total = f"{_counted(objects, 'object')} in {_counted(files, 'file')}"
    aside = sum(manifests.unknown.values())
    more = f", {aside} of other kinds left aside" if aside else ""
    _say(f"{total}{more}: {', '.join(counts)}")


def _say(line: str) -> None:
    print(printable(line))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _print_issue(one: Placed) -> None:
    issue = one.issue
    reason = f" ({issue.reason})" if issue.reason else ""
    _say(f"  {issue.severity}: {issue.ref}: {_sentence(issue)}{reason}")
    if issue.counterpart and str(issue.counterpart) not in issue.message:
        _say(f"    see {issue.counterpart}")
    if issue.section:
        _say(f"    by {issue.section}")
    if issue.remedy:
        _say(f"    {issue.remedy}")


def _sentence(issue: Issue) -> str:
    return issue.message if issue.message.endswith(".") else f"{issue.message}."


def _print_difference(result: Check) -> None:
    brought = result.difference
    if brought is None:
        return
    _say(
        f"Applying them introduces {_counted(len(brought.introduced), 'issue')}, fixes"
        f" {len(brought.fixed)}"
        f" and leaves {len(brought.unchanged)}."
    )
    for name, several in (("introduced", brought.introduced), ("fixed", brought.fixed)):
        for issue in several:
            _say(f"  {name}: {issue.severity}: {issue.ref}: {_sentence(issue)}")
    movement = brought.movement
    _say(f"Of {movement.tried} requests tried, {len(movement.moved)} go elsewhere.")
    for one in movement.moved:
        told = moved_document(one)
        where = f"{told['scheme']}://{told['host']}:{told['port']}{told['path']}"
        _say(f"  {told['method']} {where}: {told['before']} -> {told['after']}")
