"""``./run simulate``: where requests go, by manifests alone; one answer a line."""

import argparse
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from cli import manifest_files
from cli.tables import printable
from services.errors import Invalid
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key
from services.settings import Settings

STDIN = "-"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser(
        "simulate",
        help="say where requests go, by manifests alone",
        description="Read manifests and requests; print for each request, as one line of JSON, what"
        " a gateway does with it: listener, route, rule, filters, backends, and why every other"
        " candidate lost. No cluster is asked. Exit status 1: a line was no request; 2: the"
        " manifests cannot be used, or have no such gateway.",
        epilog="A request is one line of JSON: method, scheme, host, port, path with query,"
        " headers, sni, or grpc: {service, method}. docs/check.md has examples.",
    )
    manifest_files.add_paths(parser)
    parser.add_argument(
        "--gateway", required=True, metavar="NAMESPACE/NAME", help="the Gateway that is asked"
    )
    parser.add_argument(
        "--requests",
        required=True,
        metavar="FILE",
        help="requests, one JSON object a line; - for standard input",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 when a line was no request, 2 for input that cannot be used."""
    if args.requests == STDIN and STDIN in args.paths:
        print("ngf-console: --requests: standard input holds the manifests", file=sys.stderr)
        return 2
    found = manifest_files.read(args.paths)
    if found is None:
        return 2
    for placed in found.issues:
        if placed.issue.severity == "error":
            where = f"{placed.file}:{placed.line}"
            told = printable(f"ngf-console: {where}: {placed.issue.message}")
            print(told, file=sys.stderr)
    model = Model.build(found.world)
    namespace, _, name = args.gateway.rpartition("/")
    gateway = (namespace or "default", name)
    if gateway not in model.gateways:
        known = ", ".join(sorted("/".join(key) for key in model.gateways)) or "none"
        why = f"the manifests have no Gateway {'/'.join(gateway)}; there is {known}"
        print(f"ngf-console: --gateway: {why}", file=sys.stderr)
        return 2
    try:
        return _answer(model, gateway, args.requests)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            return 1  # whoever reads has seen enough
        print(f"ngf-console: --requests: {args.requests}: {error.strerror}", file=sys.stderr)
        return 2


def _answer(model: Model, gateway: Key, requests: str) -> int:
    if requests == STDIN:
        return _answer_all(model, gateway, sys.stdin.buffer)
    with open(requests, "rb") as lines:
        return _answer_all(model, gateway, lines)


def _answer_all(model: Model, gateway: Key, lines: BinaryIO) -> int:
    status, out = 0, sys.stdout.buffer
    for document in _documents(model, gateway, lines):
        if "error" in document:
            status = 1
        out.write(orjson.dumps(document) + b"\n")
        if lines is sys.stdin.buffer:
            out.flush()  # whoever asks may wait for the answer before the next question
    out.flush()
    return status


def _documents(model: Model, gateway: Key, lines: BinaryIO) -> Iterator[dict[str, Any]]:
    for line in lines:
        # Editors may begin a file with a byte order mark.
        line = line.removeprefix(BOM_UTF8).strip()
        if not line:
            continue
        try:
            yield simulate(model, gateway, parse(_json(line))).document()
        except Invalid as error:
            first = error.details["fields"][0]
            yield {"error": {"message": error.message, **first}}


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Invalid.of("request", f"must be one JSON object a line; {error.msg}") from error
