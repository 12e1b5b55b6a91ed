"""What all builders together read: each selector of a kind once."""

from collections.abc import Iterable

from ngf_operator.wanting import CHILDREN, Reads


def merged(reads: Iterable[Reads]) -> list[Reads]:
    """Each selector of a kind once; what the operator made comes first.

    Raises ValueError where two builders would remember different parts of what one selector finds:
    each would miss what only the other keeps.
    """
    found: dict[tuple[str, str, str], Reads] = {}
    for each in reads:
        known = found.setdefault((each.group, each.kind, each.labels), each)
        if known.keep is not each.keep:
            raise ValueError(f"builders keep different parts of {each.kind} {each.labels!r}")
    return sorted(found.values(), key=lambda each: each.labels != CHILDREN)
