"""The analytics store: the one interface through which telemetry is written and asked.

A question is a file of ``queries/``. Its parameters are bound by the engine, never pasted; which
clusters may be seen, which table holds a name and which further conditions apply are put into the
text here, from constants. Every question has a time bound and the limits of its kind of reader.
"""

import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import orjson
import structlog
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from services.errors import ConsoleError, Invalid, Unavailable
from services.kube.breaker import Breaker
from services.telemetry import migrations
from services.telemetry.engine_errors import meant
from services.telemetry.engines import Engine
from services.telemetry.layout import Layout

QUERIES = Path(__file__).parent / "queries"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one question may take."""

    seconds: float
    rows_to_read: int
    rows: int
    memory_mib: int = 1024

    def settings(self) -> dict[str, Any]:
        """As settings of the engine."""
        return {
            "max_execution_time": self.seconds,
            "timeout_overflow_mode": "throw",
            "max_rows_to_read": self.rows_to_read,
            "max_result_rows": self.rows,
            "result_overflow_mode": "throw",
            "max_memory_usage": self.memory_mib * 1024 * 1024,
            "max_bytes_before_external_group_by": self.memory_mib * 512 * 1024,
            "max_threads": 4,
        }


PANEL = Limits(seconds=15, rows_to_read=2_000_000_000, rows=100_000)
EXPORT = Limits(seconds=30, rows_to_read=2_000_000_000, rows=2_000_000, memory_mib=2048)

AS_IT_IS = "$query"
"""Around a question that is asked by itself."""

_ARROW = {
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_low_cardinality_as_dictionary": 1,
    "output_format_arrow_use_signed_indexes_for_dictionary": 1,
}
_TEXT = {
    "date_time_output_format": "iso",
    "format_csv_null_representation": "",
    "output_format_csv_crlf_end_of_line": 1,
    "output_format_json_quote_64bit_integers": 0,
    "max_block_size": 16_384,
    "output_format_json_escape_forward_slashes": 0,
}

FAILURES, REST_S = 3, 5.0
"""Calls without an answer after which it is left alone, and how long until one asks again."""

PLACE_S, OPEN_S = 15.0, 30.0
"""Longest wait for a place among the calls that the engine takes at once, and for its tables."""


@dataclass(frozen=True)
class Rows:
    """What came back. ``read_rows`` were scanned for it."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    read_rows: int
    elapsed_ms: float

    def dicts(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Store:
    """Telemetry in an engine. ``problem`` says why it did not answer when it was last asked."""

    def __init__(self, engine: Engine, layout: Layout | None = None) -> None:
        self.engine = engine
        self.layout = layout or Layout()
        self.problem: str | None = None
        self._opening = threading.Lock()
        self._ready = False
        self._breaker = Breaker(failures=FAILURES, open_seconds=REST_S)
        self._places = threading.BoundedSemaphore(engine.at_once)

    @property
    def name(self) -> str:
        """What it is, for people."""
        return self.engine.name

    def open(self) -> None:
        """Bring the tables up to date, once. Raises Unavailable."""
        if not self._breaker.admits:
            raise self._resting()
        if not self._opening.acquire(timeout=OPEN_S):
            raise Unavailable(f"{self.name} is not open yet.")
        try:
            if not self._ready:
                with self._told(), self.engine.client() as client:
                    migrations.migrate(client, self.layout, opened=self.engine.opened)
                self._ready = True
        except migrations.Altered as error:
            self.problem = f"{self.name} was set up by another version of the console: {error}"
            raise Unavailable(f"{self.problem}.") from error
        finally:
            self._opening.release()

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    @contextmanager
    def beside(self, name: str) -> Iterator["Store"]:
        """The same tables with nothing in them, in a database of their own that is dropped when
        they were used. Raises Unavailable."""
        layout = replace(self.layout, database=f"{self.layout.database}_{name}")
        other = Store(self.engine, layout)
        other._drop()
        try:
            yield other
        finally:
            other._drop()

    def _drop(self) -> None:
        with self._told(), self.engine.client() as client:
            client.command(self.layout.dropped())

    def read(
        self,
        query: str,
        parameters: Mapping[str, Any],
        *,
        clusters: Collection[str] | None,
        limits: Limits = PANEL,
        where: str = "",
        around: str = AS_IT_IS,
    ) -> Rows:
        """Rows of the named ``query``.

        ``clusters`` are those that may be seen, None all. ``where`` is more conditions, made of
        constants and parameters, beginning with AND; ``around`` is a statement, made likewise, in
        which ``$query`` stands. Raises Unavailable, and Invalid where the question is too big.
        """
        text, bound = self.text(query, parameters, clusters, where, around)
        started = time.perf_counter()
        with self._asked() as client:
            result = client.query(text, parameters=bound, settings=limits.settings())
            rows = [tuple(row) for row in result.result_rows]
            read = int(result.summary.get("read_rows", 0))
        elapsed = 1000 * (time.perf_counter() - started)
        return Rows(tuple(result.column_names), rows, read, elapsed)

    def batches(
        self,
        query: str,
        parameters: Mapping[str, Any],
        *,
        clusters: Collection[str] | None,
        limits: Limits = EXPORT,
        where: str = "",
        around: str = AS_IT_IS,
    ) -> Iterator[Any]:
        """The answer in parts, at least one, each a ``pyarrow.RecordBatch``; else as ``read``.

        Texts that repeat come as dictionaries. What is not read to its end must be closed.
        """
        text, bound = self.text(query, parameters, clusters, where, around)
        settings = limits.settings() | _ARROW
        batch = None
        with self._opened():
            for batch in self.engine.batches(text, bound, settings):
                yield batch
        if batch is None:
            yield _no_rows(self.schema(query, parameters, where=where, around=around))

    def schema(
        self, query: str, parameters: Mapping[str, Any], *, where: str = "", around: str = AS_IT_IS
    ) -> Any:
        """The columns that ``batches`` has, as a ``pyarrow.Schema``."""
        text, bound = self.text(query, parameters, (), where, around)
        with self._asked() as client:
            return client.query_arrow(text, bound, PANEL.settings() | _ARROW).schema

    def chunks(
        self,
        query: str,
        parameters: Mapping[str, Any],
        fmt: str,
        *,
        clusters: Collection[str] | None,
        limits: Limits = EXPORT,
        where: str = "",
        around: str = AS_IT_IS,
    ) -> Iterator[bytes]:
        """The answer in parts, as the engine writes CSV or JSONEachRow; else as ``batches``."""
        text, bound = self.text(query, parameters, clusters, where, around)
        with self._opened():
            yield from self.engine.chunks(text, bound, limits.settings() | _TEXT, fmt)

    def insert(self, table: str, lines: bytes, token: str) -> None:
        """Add rows, one JSON object a line. What was inserted with ``token`` is not added again.

        Raises Unavailable, which is Refused where it may be for the rows.
        """
        settings = {
            "insert_deduplicate": 1,
            "insert_deduplication_token": token,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "async_insert": 0,
            "max_partitions_per_insert_block": 0,  # as many as days are kept
            "input_format_skip_unknown_fields": 0,
        }
        if self.layout.cluster:
            settings["insert_distributed_sync"] = 1  # it is in when the answer comes
        with self._asked() as client:
            client.raw_insert(
                self.layout.table(table), insert_block=lines, fmt="JSONEachRow", settings=settings
            )

    def text(
        self,
        query: str,
        parameters: Mapping[str, Any],
        clusters: Collection[str] | None,
        where: str = "",
        around: str = AS_IT_IS,
    ) -> tuple[str, dict[str, Any]]:
        """The SQL of ``query`` and its parameters, as ``read`` sends them.

        Raises Invalid where one of them is no text that can be sent.
        """
        for name, value in parameters.items():
            _require_text(name, value)
        scope, of_scope = _scope(clusters)
        template = _query(query)
        tables = {
            name: self.layout.table(name)
            for name in template.get_identifiers()
            if name.startswith(("ngf_", "otel_"))
        }
        text = template.substitute(tables, scope=scope, where=where)
        text = Template(around).substitute(query=text)
        return text, {**parameters, **of_scope}

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        with self._opened(), self.engine.client() as client:
            yield client

    @contextmanager
    def _opened(self) -> Iterator[None]:
        if not self._ready:
            self.open()
        with self._told():
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Around each call: a place for it, and errors of the engine as the console's.

        While the store does not answer, one call at a time finds that out; the others are told at
        once, and no page waits for it.
        """
        if not self._breaker.admits:
            raise self._resting()
        if not self._places.acquire(timeout=PLACE_S):
            raise Unavailable(f"{self.name} has more questions than it can answer at once.")
        refused: DatabaseError | None = None
        try:
            with self._breaker.call():
                try:
                    yield
                except DatabaseError as error:
                    if error.code is None:
                        raise self._silent(error) from error
                    refused = error  # which is an answer
                except (ClickHouseError, OSError) as error:
                    raise self._silent(error) from error
        except Unavailable as error:
            if error.error_code != "breaker_open":
                raise
            raise self._resting() from None
        finally:
            self._places.release()
        if refused is not None:
            raise self._named(meant(self.name, refused)) from refused
        self.problem = None

    def _resting(self) -> Unavailable:
        wait = max(1, round(self._breaker.rest()))
        return Unavailable(f"{self.name} does not answer.", retry_after=wait)

    def _silent(self, error: Exception) -> Unavailable:
        self.problem = f"{self.name} does not answer"
        _log.warning("the store does not answer", store=self.name, error=str(error)[:300])
        return Unavailable(f"{self.problem}.")

    def _named(self, error: ConsoleError) -> ConsoleError:
        """``error``, which is the store's problem where more than this call has it."""
        if "engine_code" in error.details:
            self.problem = error.message.removesuffix(".")
        return error


def _require_text(name: str, value: Any) -> None:
    try:
        orjson.dumps(value, default=str)
    except orjson.JSONEncodeError:
        raise Invalid.of(name, "must be Unicode text") from None


def _scope(clusters: Collection[str] | None) -> tuple[str, dict[str, Any]]:
    """A condition on the cluster: an equality for one, because a list of one scans everything."""
    if clusters is None:
        return "1", {}
    if not clusters:
        return "0", {}
    if len(clusters) == 1:
        return "cluster_name = {cluster:String}", {"cluster": next(iter(clusters))}
    return "cluster_name IN {clusters:Array(String)}", {"clusters": sorted(clusters)}


def _no_rows(schema: Any) -> Any:
    import pyarrow

    return pyarrow.RecordBatch.from_pylist([], schema)


@cache
def _query(name: str) -> Template:
    return Template((QUERIES / f"{name}.sql").read_text())
