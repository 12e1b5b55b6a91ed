"""ClickHouse's Native format as the Go client wants it: blocks of the revision that it names.

chDB writes Native as revision 0 has it. A client that sends ``client_protocol_version`` 54454 or
newer expects the block info before each block and one byte for custom serialization before each
column; clickhouse-driver reads the one and writes the other.
"""

from typing import Any

from clickhouse_driver.block import ColumnOrientedBlock
from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.connection import ServerInfo
from clickhouse_driver.context import Context
from clickhouse_driver.defines import DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION
from clickhouse_driver.streams.native import BlockInputStream, BlockOutputStream

CUSTOM_SERIALIZATION: int = DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION
_BUFFER = 1 << 16


class _Bytes:
    """Bytes behind the part of a socket's interface that clickhouse-driver uses."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = memoryview(content)
        self.written = bytearray()

    def recv_into(self, buffer: Any) -> int:
        part = self.content[: len(buffer)]
        buffer[: len(part)] = part
        self.content = self.content[len(part) :]
        return len(part)

    def sendall(self, data: Any) -> None:
        self.written += data


def recoded(native: bytes, revision: int) -> bytes:
    """Blocks of revision 0 as blocks of ``revision``."""
    source, target = _Bytes(native), _Bytes()
    reader = BlockInputStream(BufferedSocketReader(source, _BUFFER), _context(0))
    writer = BlockOutputStream(BufferedSocketWriter(target, _BUFFER), _context(revision))
    while True:
        try:
            block = reader.read()
        except EOFError:
            return bytes(target.written)
        writer.write(ColumnOrientedBlock(block.columns_with_types, block.get_columns()))


def _context(revision: int) -> Context:
    context = Context()
    context.server_info = ServerInfo("chDB", 26, 9, 0, revision, "UTC", "chDB", revision)
    context.client_settings = {"use_numpy": False, "strings_as_bytes": True}
    return context
