"""How the console of a data folder was started last, for commands that run beside it.

The demo and the real console keep data apart, so a link or token made for the one is refused by the
other: commands can tell that, too, from which of them started last.
"""

import json
from contextlib import suppress
from pathlib import Path

from services.settings import Settings

_FIELDS = ("auth", "bind", "port", "public_url")


def remember(settings: Settings) -> None:
    """Note how the console is reached. A folder that cannot be written costs the note only."""
    path = _note(settings)
    unfinished = path.with_suffix(".new")
    with suppress(OSError):
        unfinished.write_text(json.dumps(settings.model_dump(include=set(_FIELDS))))
        unfinished.replace(path)


def recalled(settings: Settings) -> Settings:
    """``settings``, and where they were not given, how the console was started last."""
    try:
        noted = json.loads(_note(settings).read_text())
    except (OSError, ValueError):
        return settings
    return settings.model_copy(
        update={name: noted[name] for name in _FIELDS if name not in settings.model_fields_set}
    )


def mismatch(settings: Settings) -> str:
    """A sentence where the console started last here is the other one, the demo or the real; ""."""
    other = settings.model_copy(update={"demo": not settings.demo})
    if other.database == settings.database or _started(other) <= _started(settings):
        return ""
    fleet = "the demo fleet" if other.demo else "real clusters"
    return f"The console started last here is the one on {fleet}; its data needs: {other.command}"


def _started(settings: Settings) -> float:
    try:
        return _note(settings).stat().st_mtime
    except OSError:
        return 0.0


def _note(settings: Settings) -> Path:
    return settings.home / "served.json"
