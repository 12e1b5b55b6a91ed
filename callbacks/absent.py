"""What a page says of an object that is not there, or not known yet."""

from typing import Any

from components.kinds import KINDS
from services.errors import ConsoleError, NotFound

NO_CLUSTER = "None is registered yet, or none within your limits."
NOWHERE = ("There is no cluster to create it on", NO_CLUSTER)
"""Title and text where nothing can be created."""


def words(error: ConsoleError, ref: dict[str, Any]) -> tuple[str, str]:
    """Title and text for the object ``ref`` that could not be read."""
    if isinstance(error, NotFound):
        return (
            error.message.rstrip("."),
            "It may have been deleted, or the address be mistyped. The audit log keeps what was "
            "deleted here.",
        )
    kind = KINDS[ref["kind"]].kind if ref["kind"] in KINDS else ref["kind"]
    place = "/".join(filter(None, (ref["namespace"], ref["name"])))
    return (
        f"{kind} {place} is not known yet",
        f"{error.message.rstrip('.')}. Nothing can be shown until it answers.",
    )
