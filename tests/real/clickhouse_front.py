"""A ClickHouse server for tests: its HTTP interface over chDB, which is the same engine.

No package registry has a server that clickhouse-connect can talk to, so this speaks as much of the
interface as clickhouse-connect and the collector's ClickHouse exporter use: queries with parameters
and settings, inserts in every format, errors with their code. It is a process of its own
(``python -m tests.real.clickhouse_front FOLDER``), because chDB takes one folder a process; it says
its port on standard output and ends when its standard input does.

Not here: users, sessions, temporary tables, clusters, progress while a query runs.
"""

import gzip
import json
import logging
import os
import re
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import chdb
import lz4.frame
from backports import zstd
from flask import Flask, Response, request
from waitress import create_server

from tests.real.native_blocks import CUSTOM_SERIALIZATION, recoded

MEMORY = 4 << 30
"""Bytes that the engine may take; by itself it takes nearly all there are."""

OF_THE_INTERFACE = frozenset(
    [
        "buffer_size",
        "client_protocol_version",
        "compress",
        "database",
        "decompress",
        "default_format",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "send_progress_in_http_headers",
        "session_check",
        "session_id",
        "session_timeout",
        "user",
        "wait_end_of_query",
    ]
)
"""Parameters of a URL that are no settings of the engine."""

ENCODINGS = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "lz4": lz4.frame.decompress,
    "zstd": zstd.decompress,
}
INSERT = re.compile(
    rb"(?P<into>\s*INSERT\s+INTO\s+(?:(?!\bSELECT\b|\bVALUES\b).)*?)"
    rb"(?P<settings>\bSETTINGS\s+.*?)?\bFORMAT\s+(?P<format>\w+)[ \t]*(?:\r?\n|$)",
    re.IGNORECASE | re.DOTALL,
)
"""The statement in front of the rows of an insert."""

FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
CODE = re.compile(r"\bCode: (\d+)")


class Engine:
    """chDB on a folder. Each request has a handle of its own, so that settings never stay and a
    failed query, whose leftovers chDB gives to the next one on its handle, harms none."""

    def __init__(self, folder: str) -> None:
        self._target = f"{folder}?max_server_memory_usage={MEMORY}"
        self._opening = threading.Lock()
        self._kept = chdb.connect(self._target)  # the engine lives as long as one handle is open

    @contextmanager
    def handle(self, database: str, settings: Mapping[str, str]) -> Iterator[Any]:
        with self._opening:
            handle = chdb.connect(self._target)
        try:
            if database:
                handle.query(f"USE `{database.replace('`', '')}`")
            for name, value in settings.items():
                if not name.isidentifier():
                    raise RuntimeError(f"Code: 115. DB::Exception: Unknown setting '{name}'")
                handle.query(f"SET {name} = {quoted(value)}")
            yield handle
        finally:
            handle.close()


@dataclass
class Asked:
    """One request, taken apart."""

    statement: bytes
    rows: bytes | None
    parameters: dict[str, str]
    settings: dict[str, str]

    @classmethod
    def read(cls) -> "Asked":
        form = request.form if request.mimetype == "multipart/form-data" else {}
        body = b"" if form else request.get_data()
        if encoding := request.headers.get("Content-Encoding"):
            body = ENCODINGS[encoding](body)
        given = {**request.args, **form}
        query = given.get("query", "").encode()
        if not query:
            query, body = body, b""
        elif not INSERT.match(query):
            query, body = query + body, b""
        rows = None
        if found := INSERT.match(query):
            query, rows = found[0], query[found.end() :] + body
        parameters = {name[6:]: text for name, text in given.items() if name.startswith("param_")}
        settings = {
            name: text
            for name, text in given.items()
            if name not in OF_THE_INTERFACE and not name.startswith("param_")
        }
        return cls(query, rows, parameters, settings)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def insert(handle: Any, asked: Asked) -> Any:
    """Insert rows through a file: chDB takes data no other way."""
    found = INSERT.match(asked.statement)
    assert found
    assert asked.rows is not None
    with tempfile.NamedTemporaryFile(suffix=".rows") as file:
        file.write(asked.rows)
        file.flush()
        parts = [found["into"], b" FROM INFILE ", quoted(file.name).encode(), b" "]
        parts += [found["settings"] or b"", b" FORMAT ", found["format"]]
        return handle.query(b"".join(parts), "TabSeparated", params=asked.parameters)


def answer(engine: Engine) -> Response:
    asked = Asked.read()
    named = FORMAT.search(asked.statement)
    wanted = request.args.get("default_format") or request.headers.get("X-ClickHouse-Format")
    form = named[1].decode() if named else wanted or "TabSeparated"
    try:
        with engine.handle(request.args.get("database", ""), asked.settings) as handle:
            if asked.rows is not None:
                result, content = insert(handle, asked), b""
            else:
                result = handle.query(asked.statement, form, params=asked.parameters)
                content = result.bytes() or b""
            summary = {
                "read_rows": str(result.storage_rows_read()),
                "read_bytes": str(result.storage_bytes_read()),
                "written_rows": str(result.rows_read() if asked.rows is not None else 0),
                "result_rows": str(result.rows_read()),
                "elapsed_ns": str(int(result.elapsed() * 1e9)),
            }
    except Exception as failure:  # chDB has no class of its own for what the engine refuses
        text = str(failure)
        code = CODE.search(text)
        headers = {"X-ClickHouse-Exception-Code": code[1] if code else "1002"}
        return Response(text[code.start() :] if code else text, 500, headers)
    revision = int(request.args.get("client_protocol_version") or 0)
    if form == "Native" and revision >= CUSTOM_SERIALIZATION:
        content = recoded(content, revision)
    headers = {
        "X-ClickHouse-Summary": json.dumps(summary),
        "X-ClickHouse-Timezone": "UTC",
        "X-ClickHouse-Query-Id": request.args.get("query_id", ""),
    }
    if content:
        headers["X-ClickHouse-Format"] = form
    return Response(content, 200, headers, "application/octet-stream")


def application(engine: Engine) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/ping", "ping", lambda: "Ok.\n")
    app.add_url_rule("/", "query", lambda: answer(engine), methods=["GET", "POST"])
    return app


def main() -> None:
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(application(Engine(sys.argv[1])), host="127.0.0.1", port=0, threads=8)
    print(server.effective_port, flush=True)
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
