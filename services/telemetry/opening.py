"""The telemetry services of a console, as its settings say."""

import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.settings import BadOption, BadSettings, Settings
from services.telemetry.attribution import Attribute, unknown
from services.telemetry.engines import Embedded, Engine, Server
from services.telemetry.intake import Intake
from services.telemetry.layout import Layout, Retention
from services.telemetry.spool import Spool
from services.telemetry.store import Store
from services.telemetry.writer import Writer


@dataclass(frozen=True)
class Telemetry:
    """What takes telemetry in, carries it on, and answers questions about it."""

    store: Store
    intake: Intake
    writer: Writer
    lock: IO[bytes]

    def start(self) -> None:
        """Begin to carry on what waits; returns at once."""
        self.writer.start()

    def stop(self) -> None:
        """Take nothing more, and close everything when what waits is in the store.

        What the store does not take soon stays on disk.
        """
        self.intake.close()
        self.writer.stop()
        self.intake.spool.close()
        self.store.close()
        self.lock.close()


def store_of(settings: Settings) -> Store:
    """The store that the settings name; it is opened when it is first asked."""
    engine: Engine = (
        Server(settings.clickhouse_url)
        if settings.clickhouse_url
        else Embedded(_folder(settings) / "store", settings.store_memory_mib)
    )
    retention = Retention(
        access_days=settings.keep_access_days,
        inference_days=settings.keep_inference_days,
        readings_days=settings.keep_readings_days,
        minute_days=settings.keep_minutes_days,
        hour_days=settings.keep_hours_days,
    )
    layout = Layout(settings.clickhouse_database, settings.clickhouse_cluster, retention)
    return Store(engine, layout)


def opened(
    settings: Settings, store: Store | None = None, attribute: Attribute = unknown
) -> Telemetry:
    """Everything around ``store``, or around the one that the settings name.

    ``attribute`` says which routes took lines that name none. Raises BadSettings where another
    console works in the same data folder.
    """
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    lock = _locked(folder, settings)
    store = store or store_of(settings)
    spool = Spool(folder / "spool.sqlite3", settings.spool_mib * 2**20)
    intake = Intake(spool, store.layout.retention, attribute=attribute)
    return Telemetry(store, intake, Writer(intake, store, folder / "refused"), lock)


def _folder(settings: Settings) -> Path:
    return settings.home / "telemetry"


def _locked(folder: Path, settings: Settings) -> IO[bytes]:
    """The embedded store and the spool have one owner; the lock goes with the process."""
    file = (folder / "lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        rule = "another console works in this folder; stop it or choose another folder"
        raise BadSettings(BadOption("--data", str(settings.data), rule)) from None
    return file
