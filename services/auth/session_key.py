"""The key that signs sessions: given, or made once and kept readable by its owner only.

Several processes may start at once. The file appears whole or not at all, the first one wins, and
the others read what it wrote.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from services import values
from services.settings import BadOption, BadSettings, Settings


def session_key(settings: Settings) -> str:
    """The key of this console. Raises BadSettings when the kept one is none or cannot be kept."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.home / "secret-key"
    try:
        if not path.exists():
            _make(path)
        return values.key(path.read_text().strip())
    except OSError as error:
        rule = f"{path} cannot be used: {error.strerror}"
    except ValueError:
        rule = (
            f"{path} must have at least {values.KEY_LENGTH} characters, all of them printable;"
            " remove that file, and the next start makes a new one and ends all sessions"
        )
    raise BadSettings(BadOption("--data", str(settings.data), rule))


def _make(path: Path) -> None:
    descriptor, unfinished = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        os.unlink(unfinished)
