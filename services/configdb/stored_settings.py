"""Values changed while the console runs; start-up options are in ``services/settings.py``."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from services.configdb.database import Database
from services.configdb.models import SettingRow, as_json


class StoredSettings:
    """JSON values by name, shared by all replicas."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str, default: Any = None) -> Any:
        """The stored value, or ``default`` where nothing was stored."""
        with self._db.session() as session:
            row = session.get(SettingRow, name)
        return default if row is None else json.loads(row.value)

    def put(self, name: str, value: Any) -> None:
        """Store ``value``; the last writer wins."""
        with self._db.writing() as session:
            session.merge(SettingRow(name=name, value=as_json(value), changed=datetime.now(UTC)))

    def update(self, name: str, change: Callable[[Any], Any], default: Any = None) -> Any:
        """Store what ``change`` makes of the stored value, in one transaction; gives the result."""
        with self._db.writing() as session:
            if not self._db.is_sqlite:  # a row that is not there yet cannot be locked
                session.execute(text("LOCK TABLE settings IN EXCLUSIVE MODE"))
            row = session.get(SettingRow, name)
            value = change(default if row is None else json.loads(row.value))
            session.merge(SettingRow(name=name, value=as_json(value), changed=datetime.now(UTC)))
        return value
