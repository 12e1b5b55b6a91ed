"""Views people keep: a list with its filters, sort order and columns under a name.

A view is the query of a list's address, so it holds nothing that its owner could not have as a
link, and opening it goes through the same checks. Views belong to one person; a link shares one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, select

from services.auth.identity import Identity
from services.configdb.database import Database
from services.configdb.models import ViewRow
from services.errors import Invalid

NAME_MAX, QUERY_MAX, VIEWS_MAX = 80, 2000, 50


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named view of a page; ``query`` is the address behind ``?``."""

    name: str
    query: str


class SavedViews:
    """The views kept in ``db``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self, who: Identity, page: str) -> list[SavedView]:
        """The person's views of a page, by name."""
        with self._db.session() as session:
            rows = session.scalars(select(ViewRow).where(*_of(who, page))).all()
        views = [SavedView(row.name, row.query) for row in rows]
        return sorted(views, key=lambda view: view.name.casefold())

    def save(self, who: Identity, page: str, name: str, query: str) -> None:
        """Keep a view; one of the same name is replaced. Raises Invalid."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
            raise _refused("name", f"must be 1 to {NAME_MAX} printable characters")
        if len(query) > QUERY_MAX:
            raise _refused("query", f"must be at most {QUERY_MAX} characters")
        with self._db.writing() as session:
            session.execute(delete(ViewRow).where(*_of(who, page), ViewRow.name == name))
            count = session.scalar(select(func.count()).select_from(ViewRow).where(*_of(who, page)))
            if (count or 0) >= VIEWS_MAX:
                raise _refused("name", f"must be one of at most {VIEWS_MAX}; remove another view")
            session.add(
                ViewRow(
                    owner=_owner(who), page=page, name=name, query=query, changed=datetime.now(UTC)
                )
            )

    def remove(self, who: Identity, page: str, name: str) -> None:
        """Forget a view; one that is not there is forgotten already."""
        with self._db.writing() as session:
            session.execute(delete(ViewRow).where(*_of(who, page), ViewRow.name == name))


def _refused(field: str, rule: str) -> Invalid:
    return Invalid(
        f"The view cannot be saved: {field} {rule}.", fields=[{"field": field, "rule": rule}]
    )


def _owner(who: Identity) -> str:
    """People of an identity provider and tokens may have the same name."""
    return f"{who.source}:{who.name}"


def _of(who: Identity, page: str) -> tuple[ColumnElement[bool], ...]:
    return ViewRow.owner == _owner(who), ViewRow.page == page
