"""What server-side apply makes of a live object, as far as can be told without the server.

The operator applies a child as a whole: what it named before and names no more goes, what it never
named stays, whoever added it.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from services.kube.fields import MISSING

SHARED = frozenset({"listeners", "containers", "initContainers", "volumes", "env"})
"""Lists of children whose entries the server keeps apart by name, so that others may add some.
Every other list belongs as a whole to whoever applied it."""


def laid(live: Any, before: Any, mine: Any, key: str = "") -> Any:
    """``mine`` laid over ``live``; ``before`` is what was applied last, MISSING where unknown.

    Entries of lists find their counterparts by name, else by place in a list as long.
    """
    if isinstance(live, Mapping) and isinstance(mine, Mapping):
        was = before if isinstance(before, Mapping) else {}
        kept = {name: _left(value, was.get(name, MISSING)) for name, value in live.items()}
        here = {
            name: laid(live.get(name), was.get(name, MISSING), value, name)
            for name, value in mine.items()
        }
        return {name: value for name, value in (kept | here).items() if value is not MISSING}
    if isinstance(live, list) and isinstance(mine, list):
        return _entries(live, before if isinstance(before, list) else [], mine, key)
    return deepcopy(mine)


def _entries(live: list[Any], before: list[Any], mine: list[Any], key: str) -> list[Any]:
    wanted = _named(mine)
    if len(wanted) == len(mine) > 0:
        there, was = _named(live), _named(before)
        made = {
            name: laid(there.get(name), was.get(name, MISSING), one) for name, one in wanted.items()
        }
        if key not in SHARED:
            return list(made.values())
        stay = [name for name in there if name in made or name not in was]
        new = [name for name in made if name not in there]
        return [made[name] if name in made else deepcopy(there[name]) for name in (*stay, *new)]
    if len(live) == len(mine):
        earlier = before if len(before) == len(mine) else [MISSING] * len(mine)
        return [laid(*each) for each in zip(live, earlier, mine, strict=True)]
    return deepcopy(mine)


def _left(live: Any, before: Any) -> Any:
    """What stays of a field that is not wanted any more, MISSING for nothing: what others, or
    defaults, put into it."""
    if before is MISSING:
        return deepcopy(live)
    if not (isinstance(live, Mapping) and isinstance(before, Mapping)):
        return MISSING
    found = {name: _left(value, before.get(name, MISSING)) for name, value in live.items()}
    return {name: value for name, value in found.items() if value is not MISSING} or MISSING


def _named(entries: list[Any]) -> dict[str, Any]:
    """Entries by name, of those that have one."""
    return {str(one["name"]): one for one in entries if isinstance(one, Mapping) and "name" in one}
