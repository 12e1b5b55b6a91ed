"""Whether a live object still has everything that was wanted of it."""

from typing import Any


def kept(wanted: Any, live: Any) -> bool:
    """Whether each field that is wanted is there with its value; further fields do not matter.

    False may also mean that the server spells a value differently: then an apply, which changes
    nothing in that case, gives the answer.
    """
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(
            key in live and kept(value, live[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(wanted) == len(live)
            and all(kept(one, other) for one, other in zip(wanted, live, strict=True))
        )
    if isinstance(wanted, bool) or isinstance(live, bool):
        return wanted is live
    return bool(wanted == live)
