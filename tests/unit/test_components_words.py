"""Promise: states, ages and gaps are said in the same words and shapes everywhere."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components import kinds, status, times

ASSETS = Path(__file__).parents[2] / "components" / "assets"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (42.9, "42 s"),
        (60, "1 min"),
        (112, "1 min 52 s"),
        (120, "2 min"),
        (1_560, "26 min"),
        (7_300, "2 h"),
        (200_000, "2 d"),
        (-5, "0 s"),
    ],
)
def test_durations_are_said_in_their_largest_unit(seconds: float, words: str) -> None:
    assert times.span(seconds) == words


def test_what_was_never_seen_has_no_age() -> None:
    assert times.seen(None) == "never seen"
    now = datetime(2026, 3, 1, 14, 32, 12, tzinfo=UTC)
    assert times.seen(now - timedelta(minutes=26), now).endswith("UTC (26 min ago)")


def test_every_status_has_the_same_icon_in_python_and_in_the_scripts() -> None:
    for script in ASSETS.rglob("*.js"):
        for name, drawn in re.findall(
            r"\b(ok|warn|err|info|unknown|stale|absent): \"([a-z]+-[a-z-]+)\"", script.read_text()
        ):
            expected = (
                {status.ICONS[name], "info-circle"} if name == "info" else {status.ICONS[name]}
            )
            assert drawn in expected, f"{script.name}: {name}"


def test_colours_are_named_only_in_the_tokens() -> None:
    for path in [*ASSETS.rglob("*.css"), *ASSETS.rglob("*.js")]:
        if path.name != "tokens.css":
            found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*[;}])", path.read_text())
            assert not found, f"{path.name} has its own colours: {found}"


def test_what_is_done_about_a_cluster_leads_to_its_page() -> None:
    for kind in ("managedclusters", "agenttokens"):
        assert kinds.href(kind, "web-fra", "", "web-fra") == "/clusters/web-fra"
        assert kind in kinds.AUDITED
    assert kinds.href("sessions", "", "", "") == ""
