"""Which clusters run an older release than the newest of the fleet, and by how much."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RELEASE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:\+.*)?")
_STEPS = ("major release", "minor release", "patch")


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one cluster is behind ``newest``: ``steps`` of the most significant ``unit``."""

    name: str
    newest: str
    steps: int
    unit: str

    def __str__(self) -> str:
        plural = self.unit + ("" if self.steps == 1 else "es" if self.unit == "patch" else "s")
        return f"{self.steps} {plural}"


def lagging(versions: Mapping[str, str]) -> list[Lag]:
    """Of versions by cluster those below the newest release, furthest behind first.

    Pre-releases and what is not numbered are neither behind nor what others are measured by.
    """
    numbered = {name: parsed for name, text in versions.items() if (parsed := _parse(text))}
    if not numbered:
        return []
    newest = max(numbered.values())
    spoken = ".".join(map(str, newest))
    found = []
    for name, own in sorted(numbered.items(), key=lambda item: (item[1], item[0])):
        gap = next((at for at in range(3) if own[at] != newest[at]), None)
        if gap is not None:
            found.append(Lag(name, spoken, newest[gap] - own[gap], _STEPS[gap]))
    return found


def _parse(text: str) -> tuple[int, int, int] | None:
    match = _RELEASE.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
