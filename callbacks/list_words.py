"""What a list says around its rows: how many, how old, who is missing, why it is empty."""

from datetime import datetime
from typing import Any

from callbacks.absent import NO_CLUSTER
from components import panels, tables
from components.kinds import edit_href, href
from components.list_page import ListKind
from components.times import clock
from services.errors import ConsoleError
from services.listing import Page

View = dict[str, Any]
Instead = tuple[str, str, str, str, str, str]
"""What stands in the grid's place: its class, its icon, title, text; class and words of Clear."""

NAMED = 4
"""Missing clusters that the strip speaks of one by one."""
_HIDDEN: Instead = ("instead d-none", "", "", "", "d-none", "")
_FUNNEL = "bi bi-funnel"


def present(kind: str, row: dict[str, Any], slots: dict[str, int]) -> dict[str, Any]:
    """A row with what only the page knows: its addresses and its cluster's colour."""
    place = row.get("kind_name", kind), row["cluster"], row["namespace"], row["name"]
    if row.get("bundle"):
        edit = edit_href("gatewaybundles", *place[1:])
    else:
        edit = href(*place) if kind == "certificates" else edit_href(*place)
    addresses = {"href": href(*place), "edit": edit}
    if "children_total" in row:
        addresses["children"] = f"{row['children_ready']} of {row['children_total']}"
    return row | addresses | {"slot": slots[row["cluster"]]}


def total(page: Page) -> str:
    """Such as "38 after filters, 41 in all"; which of them are in sight stands before it."""
    if page.total == page.unfiltered:
        return f"{page.total:,}" if page.total else "none"
    left = f"{page.total:,}" if page.total else "none"
    return f"{left} after filters, {page.unfiltered:,} in all"


def as_of(page: Page) -> str:
    """Until when the rows are known to be true."""
    return f"As of {clock(page.as_of)}" if page.as_of else ""


def missing(page: Page, kind: ListKind) -> tuple[str, str, str, str]:
    """The strip above the list: how many clusters answered, which did not and why; of many the
    first few, those that are only being read last. The names are for trying them all again."""
    gone = sorted(page.clusters_missing, key=lambda entry: entry["since"] is None)
    if not gone:
        return "strip warn d-none", "", "", ""
    said = []
    for entry in gone[:NAMED]:
        seen = entry.get("last_seen")
        shown = (
            f"Its {kind.many} are shown as last seen at {clock(datetime.fromisoformat(seen))}."
            if seen
            else f"Its {kind.many} are not known."
        )
        said.append(f"{entry['name']} is missing: {str(entry['reason']).rstrip('.')}. {shown}")
    if len(gone) > NAMED:
        said.append(f"{len(gone) - NAMED} more are missing.")
    answered = f"{page.clusters - len(gone)} of {counted(page.clusters, 'cluster')} answered. "
    return "strip warn", answered, " ".join(said), ",".join(entry["name"] for entry in gone)


def instead(page: Page, kind: ListKind, view: View) -> Instead:
    """Why the table is empty, in its place, and whether filters can be cleared."""
    if page.total:
        return _HIDDEN
    icon = f"bi bi-{kind.icon}"
    if page.clusters_missing and not page.unfiltered and page.as_of is None:
        text = "No cluster has answered yet; the list fills when one does."
        return "instead", icon, f"{kind.many.capitalize()} are not known", text, "d-none", ""
    filters = _filters(kind, view)
    if not page.clusters and not filters:
        return "instead", "bi bi-hdd-stack", "No cluster yet", NO_CLUSTER, "d-none", ""
    if page.unfiltered and filters:
        text = f"{page.unfiltered:,} exist; the {_spoken(kind, view)} leaves none."
        return "instead", _FUNNEL, f"No {kind.one} matches", text, *_clear(filters)
    if filters:
        text = "Clear the filters to look further."
        return "instead", _FUNNEL, f"No {kind.many} here", text, *_clear(filters)
    text = (
        f"Create the first {kind.one} here, or with kubectl: it appears within two seconds."
        if kind.creates or kind.ways
        else "A gateway class comes with the installation of a gateway controller."
    )
    return "instead", icon, f"No {kind.many} yet", text, "d-none", ""


def refused(error: ConsoleError, kind: ListKind, view: View) -> Instead:
    """What stands in the place of a list that cannot be asked so."""
    rules = [f"{one['field']} {one['rule']}." for one in error.details.get("fields", ())]
    text = " ".join([error.message, *rules])
    return "instead", _FUNNEL, "This view cannot be shown", text, *_clear(_filters(kind, view))


def values(kind: ListKind, page: Page) -> dict[str, Any]:
    """The filtered table as values with every column of the list, lists joined by blanks."""
    fields = ["namespace", *(made["field"] for made in tables.LIST_COLUMNS[kind.name])]
    rows = ({name: _value(row.get(name)) for name in fields} for row in page.items)
    _, answered, why, _ = missing(page, kind)
    return panels.values(rows, "Kubernetes", page.as_of, reason=f"{answered}{why}" or None)


def many(value: Any) -> tuple[str, ...]:
    """The values of a key of the view, which is a list, or a text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    return tuple(item for item in value or () if item)


def counted(number: int, word: str) -> str:
    """Such as "1 cluster", "3 clusters"."""
    return f"{number} {word}" if number == 1 else f"{number:,} {word}s"


def _filters(kind: ListKind, view: View) -> list[str]:
    return [name for name in kind.chips if view.get(name)]


def _spoken(kind: ListKind, view: View) -> str:
    """Such as "filters class istio and status pending"."""
    names = _filters(kind, view)
    said = [
        f"text {view['q']}" if name == "q" else f"{name} {kind.said(name, many(view[name]))}"
        for name in names
    ]
    return ("filter " if len(names) == 1 else "filters ") + " and ".join(said)


def _clear(filters: list[str]) -> tuple[str, str]:
    """Class and words of the button below."""
    words = f"Clear {counted(len(filters), 'filter')}" if filters else "Show the whole list"
    return "btn btn-secondary", words


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(
            "/".join(str(part[key]) for key in ("namespace", "name", "section") if part.get(key))
            if isinstance(part, dict)
            else str(part)
            for part in value
        )
    return value
