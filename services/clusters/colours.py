"""Which colour a cluster has: the next free slot when it is first seen, the same ever after.

The choice is kept with the console's own data, so that all replicas and the next start agree. A
cluster that is not there may not have been read yet, so it loses its slot only when somebody else
needs it.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping

from services.errors import Unavailable

SLOTS = 8
"""Colours that tell clusters apart; the last is shared by all further ones."""
AGAIN_SECONDS = 10.0
"""How long a database that did not answer is left alone: pages ask for every cluster."""

REMEMBERED = 1000
"""Clusters that are gone and had the shared colour; for them to know it is worth no more."""

Taken = Mapping[str, int]
Update = Callable[[Callable[[Taken], Taken]], Taken]
"""Changes what is stored in one step and gives what is stored then."""


class Colours:
    """Slots (1 to 8) by name of cluster."""

    def __init__(
        self, update: Update | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Without ``update`` the choice lasts as long as the process."""
        self._update: Update = update or (lambda change: change(self._taken))
        self._clock, self._again = clock, float("-inf")
        self._taken: Taken = {}
        self._lock = threading.Lock()

    def slot(self, name: str, present: Collection[str]) -> int:
        """The slot of a cluster, those of all ``present`` being wanted; without the database the
        last, until there is one."""
        if name not in self._taken:
            with self._lock:
                self._ask(name, present)
        return self._taken.get(name, SLOTS)

    def _ask(self, name: str, present: Collection[str]) -> None:
        if name in self._taken or self._clock() < self._again:
            return
        try:
            self._taken = self._update(lambda taken: _with(taken, set(present)))
        except Unavailable:
            self._again = self._clock() + AGAIN_SECONDS


def _with(taken: Taken, present: set[str]) -> Taken:
    sharing = [name for name, slot in taken.items() if slot == SLOTS and name not in present]
    forgotten = set(sharing[:-REMEMBERED])
    kept = {name: slot for name, slot in taken.items() if name not in forgotten}
    for name in sorted(present):
        if name not in kept:
            kept[name] = _free(kept, present)
    return kept


def _free(kept: dict[str, int], present: set[str]) -> int:
    """The first slot that nobody has, else that of a cluster that is gone, which loses it."""
    if free := set(range(1, SLOTS)) - set(kept.values()):
        return min(free)
    gone = {slot: name for name, slot in kept.items() if name not in present}
    return kept.pop(gone[min(gone)]) if gone else SLOTS
