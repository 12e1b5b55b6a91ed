"""The strip that says which clusters did not answer, on every page that reads several."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from components.page import strip
from components.times import seen


def missing_clusters(
    missing: Sequence[Mapping[str, Any]], total: int, shown: str = ""
) -> html.Div | None:
    """None when every cluster answered. Else how many did, who did not, why, since when, and what
    is shown instead (``shown``, a sentence).

    Each entry is ``{cluster, reason, last_seen: datetime | ISO text | None}``. Retry is one button
    that ``assets/js/shell.js`` wires by its data attribute.
    """
    if not missing:
        return None
    if len(missing) == 1:
        entry = missing[0]
        told = f"{entry['cluster']} is missing: {entry['reason']}, {_seen(entry)}."
    else:
        listed = [
            f"{entry['cluster']} ({entry['reason']}, {_seen(entry)})" for entry in missing[:2]
        ]
        if len(missing) > 2:
            listed.append(f"{len(missing) - 2} more")
        told = f"{', '.join(listed[:-1])} and {listed[-1]} are missing."
    names = ",".join(str(entry["cluster"]) for entry in missing)
    return strip(
        "warn",
        f"{total - len(missing)} of {total} clusters answered.",
        f"{told} {shown}".strip(),
        [
            html.A("Show clusters", href="/", className="btn btn-link btn-sm"),
            html.Button(
                "Retry now",
                type="button",
                className="btn btn-link btn-sm",
                **{"data-retry": names},
            ),
        ],
    )


def _seen(entry: Mapping[str, Any]) -> str:
    last_seen = entry.get("last_seen")
    return seen(datetime.fromisoformat(last_seen) if isinstance(last_seen, str) else last_seen)
