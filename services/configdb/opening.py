"""Opening the config database that the options name, or saying which option is to blame.

Whoever writes makes what is missing; whoever only looks makes nothing, because a check of a
database that was made a moment ago would always succeed.
"""

import os

from alembic.util import CommandError
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from services import served
from services.configdb.database import Database
from services.errors import NotFound, Unavailable
from services.settings import BadOption, BadSettings, Settings


def opened(settings: Settings) -> Database:
    """The config database with its tables up to date, made where there is none.

    Raises BadSettings.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        rule = f"the folder cannot be made: {error.strerror}"
        raise BadSettings(BadOption("--data", str(settings.data), rule)) from error
    db = Database(settings.database)
    try:
        db.upgrade()
    except (Unavailable, SQLAlchemyError, CommandError) as error:
        db.close()
        raise _unusable(settings, db, error) from error
    return db


def existing(settings: Settings) -> Database:
    """The config database of a console that was started before.

    Raises NotFound where there is none, BadSettings where it cannot be used.
    """
    db = Database(settings.database)
    plain = create_engine(db.url) if db.is_sqlite else db.engine  # ours would switch it to WAL
    try:
        there = not db.is_sqlite or os.path.isfile(db.place)
        there = there and inspect(plain).has_table("audit_log")
    except SQLAlchemyError as error:
        raise _unusable(settings, db, error) from error
    finally:
        plain.dispose()
    if not there:
        why = f"There is no config database of a console at {db.place}."
        raise NotFound(f"{why} {served.mismatch(settings)}".rstrip())
    return opened(settings)


def _unusable(settings: Settings, db: Database, error: Exception) -> BadSettings:
    if isinstance(error, Unavailable):
        reason = error.details.get("cause") or error.message
    else:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
    option, value = ("--config-db", db.place) if settings.config_db else ("--data", settings.data)
    rule = f"the config database cannot be opened: {reason}"
    return BadSettings(BadOption(option, str(value), rule))
