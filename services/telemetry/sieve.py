"""Which rows the store refuses.

For one row that a view cannot take the engine refuses all that came with it, and leaves them in
some tables and not in others. So rows are tried beside, in tables of a database that is dropped
afterwards: in halves, until each that is refused stands alone.
"""

from collections import deque
from collections.abc import Sequence

from services.telemetry.engine_errors import Refused
from services.telemetry.store import Store

REFUSALS = 200
"""After so many the pieces that are refused count as a whole: who sends nothing but such rows must
not hold up all others. It suffices for about fifteen rows among ten thousand."""


def refused_lines(store: Store, table: str, lines: Sequence[bytes], owner: str) -> set[int]:
    """Where in ``lines`` those are that ``table`` does not take.

    ``owner`` is part of the database's name and nobody else's. Raises Unavailable.
    """
    found: set[int] = set()
    refusals = 0
    with store.beside(f"trial_{owner}") as trial:
        pieces = deque([range(len(lines))])
        while pieces:
            piece = pieces.popleft()
            token = f"{piece.start}-{piece.stop}"
            try:
                trial.insert(table, b"\n".join(lines[piece.start : piece.stop]), token)
            except Refused:
                refusals += 1
                if len(piece) == 1 or refusals > REFUSALS:
                    found.update(piece)
                else:
                    middle = len(piece) // 2
                    pieces.extend((piece[:middle], piece[middle:]))
    return found
