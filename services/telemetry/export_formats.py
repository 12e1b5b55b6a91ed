"""The formats of an export: what leaves the engine part by part, as parts of a file.

Arrow and Parquet are written from record batches, so that they carry what the file is in their
metadata; CSV and JSON are the engine's own text.
"""

import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from string import Template
from typing import Any, Literal, get_args

from services.parquet import PREFIX
from services.telemetry.store import AS_IT_IS, Store

Format = Literal["json", "csv", "parquet", "arrow"]

FORMATS: tuple[Format, ...] = get_args(Format)

CONTENT_TYPES: Mapping[str, str] = {
    "arrow": "application/vnd.apache.arrow.stream",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}

_GUARDED = Template(
    r"if(match($column, '^[=+\\-@\\t\\r\\n\\x{ff1d}\\x{ff0b}\\x{ff0d}\\x{ff20}]'),"
    r" concat('\'', $column), $column) AS $column"
)
"""With an apostrophe in front a spreadsheet takes for text what it would take for a formula."""

_AROUND = "SELECT * REPLACE ($replaced) FROM (\n$query\n) AS given"


def written(
    store: Store, asked: Mapping[str, Any], fmt: Format, facts: Mapping[str, str]
) -> Generator[bytes]:
    """The answer to what is ``asked``, arguments of the store's methods, as parts of a file.

    What goes wrong at the beginning is raised by the first part.
    """
    if fmt == "arrow":
        yield from arrow(store.batches(**asked), facts)
    elif fmt == "parquet":
        yield from parquet(store.batches(**asked), facts)
    elif fmt == "json":
        yield from json(store.chunks(**asked, fmt="JSONEachRow"))
    else:
        schema = store.schema(**{name: asked[name] for name in asked if name != "clusters"})
        around = Template(harmless(schema)).substitute(query=asked.get("around", AS_IT_IS))
        rows = store.chunks(**{**asked, "around": around}, fmt="CSV")
        yield from csv(rows, schema.names)


def arrow(batches: Iterator[Any], facts: Mapping[str, str]) -> Iterator[bytes]:
    """Arrow's stream format, compressed with LZ4."""
    import pyarrow.ipc

    pipe = _Pipe()
    first = next(batches)
    options = pyarrow.ipc.IpcWriteOptions(compression="lz4", emit_dictionary_deltas=True)
    schema = _told(first.schema, facts)
    with pyarrow.ipc.new_stream(pipe, schema, options=options) as writer:
        writer.write_batch(first)
        yield pipe.taken()
        for batch in batches:
            writer.write_batch(batch)
            yield pipe.taken()
    yield pipe.taken()


def parquet(batches: Iterator[Any], facts: Mapping[str, str]) -> Iterator[bytes]:
    """Parquet, compressed with Zstandard; a row group is a batch."""
    import pyarrow.parquet

    pipe = _Pipe()
    first = next(batches)
    schema = _told(first.schema, facts)
    with pyarrow.parquet.ParquetWriter(pipe, schema, compression="zstd") as writer:
        writer.write_batch(first)
        yield pipe.taken()
        for batch in batches:
            writer.write_batch(batch)
            yield pipe.taken()
    yield pipe.taken()


def csv(rows: Iterator[bytes], columns: Sequence[str]) -> Iterator[bytes]:
    """CSV after RFC 4180 with a line of names."""
    first = next(rows, b"")  # before the names leave: what goes wrong is told instead
    yield ",".join(f'"{name}"' for name in columns).encode() + b"\r\n" + first
    yield from rows


def json(lines: Iterator[bytes]) -> Iterator[bytes]:
    """A list of objects, of which the engine gives one a line; a part may end within a line."""
    begins, between = b"[", b"[]\n"
    for part in filter(None, lines):
        # The end of a line is the end of an object: inside of texts it is escaped.
        text = begins + part.replace(b"\n", b",\n")
        whole = part.endswith(b"\n")
        yield text[:-2] if whole else text
        begins, between = b",\n" if whole else b"", b"]\n"
    yield between


def harmless(schema: Any) -> str:
    """A statement around ``$query`` by which no text begins like a formula of a spreadsheet."""
    import pyarrow.types

    replaced = [
        _GUARDED.substitute(column=field.name)
        for field in schema
        if pyarrow.types.is_dictionary(field.type) or pyarrow.types.is_string(field.type)
    ]
    return Template(_AROUND).safe_substitute(replaced=", ".join(replaced))


class _Pipe(io.RawIOBase):
    """A file of which what was written is taken away, while its position goes on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _told(schema: Any, facts: Mapping[str, str]) -> Any:
    return schema.with_metadata({PREFIX + name: value for name, value in facts.items()})
