"""Promise: the agent runs with few libraries, the product's version and the documented rights."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.version import version
from tests.real.agents import READS

ROOT = Path(__file__).parents[2]
NEEDED = {"agent", "orjson", "prometheus_client", "urllib3"}
TAKEN_ALONG = {"backports", "brotli", "brotlicffi", "_brotli", "h2", "socks", "zstandard"}
"""What urllib3 uses where it happens to be installed."""


def test_it_needs_no_other_library() -> None:
    program = "import sys, agent.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}; {program}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    top = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert {name for name in top if not name.startswith("_")} - TAKEN_ALONG == NEEDED


def test_the_version_is_that_of_the_product() -> None:
    assert version() == (ROOT / "VERSION").read_text().strip()


@pytest.mark.parametrize(("group", "resources"), READS)
def test_what_it_may_read_is_documented(group: str, resources: tuple[str, ...]) -> None:
    documented = (ROOT / "docs" / "agent.md").read_text()
    assert f"`{group}`" in documented or not group
    assert [each for each in resources if f"`{each}`" not in documented] == []
