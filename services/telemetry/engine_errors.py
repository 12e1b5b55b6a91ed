"""What an error of the engine means for whoever asked.

ClickHouse numbers its errors; the names are in its ``ErrorCodes.cpp``. What is none of those named
here may lie in the statement, or in the rows that came with it.
"""

import structlog
from clickhouse_connect.driver.exceptions import DatabaseError

from services.errors import ConsoleError, Invalid, Unavailable

_TOO_MUCH = {158, 307, 396}
"""Too many rows or bytes to read, or in the result."""

_GAVE_UP = {
    *(159, 160, 202, 203, 209, 210, 236, 279, 394, 439),  # time, places, connections, threads
    *(173, 241),  # memory
    *(74, 75, 76, 243, 425, 499),  # its disk
    *(225, 242, 252, 285, 286, 319, 999),  # other servers, merges that are behind
}
"""It has no time, memory, place or neighbour for it now, and may have later."""

_SET_UP_OTHERWISE = {60, 81, 164, 192, 193, 194, 291, 497, 516}
"""Tables, rights or the password are not what the console was told."""

_log = structlog.get_logger(__name__)


class Refused(Unavailable):
    """The engine refuses a statement, perhaps for the rows that came with it."""

    code = "store_refused"


def meant(store: str, error: DatabaseError) -> ConsoleError:
    """``error``, which has a code, as the console's; ``store`` is a name for people."""
    code = error.code
    if code in _TOO_MUCH:
        return Invalid.of("range", "asks for more rows than one answer may have; make it shorter")
    if code in _GAVE_UP:
        return Unavailable(f"{store} gave up: it has no time, memory or disk for this now.")
    _log.error("the store refused a statement", code=code, error=str(error)[:500])
    kind = Unavailable if code in _SET_UP_OTHERWISE else Refused
    return kind(f"{store} refused a statement (code {code}).", engine_code=code)
