"""Which colour a cluster has: the next free slot when it is first seen, the same ever after.

The choice is kept with the console's own data, so that all replicas and the next start agree.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from services.errors import Unavailable

SLOTS = 8
"""Colours that tell clusters apart; the last is shared by all further ones."""

Taken = Mapping[str, int]
Update = Callable[[Callable[[Taken], Taken]], Taken]
"""Changes what is stored in one step and gives what is stored then."""


class Colours:
    """Slots (1 to 8) by name of cluster."""

    def __init__(self, update: Update | None = None) -> None:
        """Without ``update`` the choice lasts as long as the process."""
        self._update: Update = update or (lambda change: change(self._taken))
        self._taken: Taken = {}
        self._lock = threading.Lock()

    def slot(self, name: str, present: Collection[str]) -> int:
        """The slot of a cluster; of the others only those ``present`` keep theirs."""
        if name not in self._taken:
            with self._lock, suppress(Unavailable):  # without the database it has none yet
                self._taken = self._update(lambda taken: _with(taken, sorted(present)))
        return self._taken.get(name, SLOTS)


def _with(taken: Taken, present: Collection[str]) -> Taken:
    kept = {name: slot for name, slot in taken.items() if name in present}
    for name in present:
        if name not in kept:
            free = set(range(1, SLOTS)) - set(kept.values())
            kept[name] = min(free, default=SLOTS)
    return kept
