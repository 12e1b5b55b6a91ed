"""Promise: a conflict can be settled however many fields clash, on a page that stays small."""

from typing import Any

from dash.development.base_component import Component

from callbacks import conflicts
from components.diff_view import conflict_table
from services.errors import Conflict
from services.kube.merging import merge

LABELS = 14
SMALL = 100


def begun(count: int = LABELS) -> dict[str, Any]:
    """A conflict in ``count`` labels."""
    base, theirs, mine = (
        {"metadata": {"name": "edge", "labels": {f"label-{at}": side for at in range(count)}}}
        for side in ("base", "theirs", "mine")
    )
    found = merge(base, theirs, mine)
    error = Conflict("Changed.", base=base, theirs=theirs, mine=mine, clashes=found.clashes)
    return conflicts.begun(error, base, mine, None)


def drawn(conflict: dict[str, Any]) -> list[Component]:
    made = conflict_table(conflicts.rows(conflict), conflict["choices"], None)
    tops = made if isinstance(made, list) else [made]
    return [part for top in tops for part in (top, *top._traverse()) if isinstance(part, Component)]


def buttons(conflict: dict[str, Any], side: str) -> list[str]:
    """The fields that have a button of this side."""
    ids = [getattr(part, "id", None) for part in drawn(conflict)]
    return [one["path"] for one in ids if isinstance(one, dict) and one["side"] == side]


def test_every_clash_gets_its_turn() -> None:
    conflict = begun()
    assert conflicts.undecided(conflict) == LABELS
    for turn in range(LABELS):
        assert len(drawn(conflict)) < SMALL
        asking = buttons(conflict, "mine")
        assert asking, f"{LABELS - turn} clashes are left and none asks"
        conflict = conflicts.decided(conflict, asking[-1], ("mine", "theirs")[turn % 2])
    assert conflicts.undecided(conflict) == 0
    kept = conflicts.result(conflict)["metadata"]["labels"].values()
    assert sorted(kept) == ["mine"] * 7 + ["theirs"] * 7


def test_a_row_stays_in_its_place_while_all_are_drawn() -> None:
    conflict = begun(3)
    before = buttons(conflict, "mine")
    after = conflicts.decided(conflict, before[0], "mine")
    assert [*buttons(after, ""), *buttons(after, "mine")] == before
