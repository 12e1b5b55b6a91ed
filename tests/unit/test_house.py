"""Promise: the rules of the house hold: arrows, packaging traps, documented options."""

import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from cli.options import settings_parser
from services.configdb.models import Base
from services.settings import Settings, flag
from tests import order

ROOT = Path(__file__).parents[2]


def test_the_arrows_between_rooms_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "operator"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_operator_is_no_package_because_it_would_hide_the_standard_library() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_nothing_switches_dash_to_async_callbacks() -> None:
    assert importlib.util.find_spec("asgiref") is None


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_option_is_documented_and_in_help(name: str) -> None:
    assert f"`{flag(name)}`" in (ROOT / "docs" / "settings.md").read_text()
    assert flag(name) in settings_parser().format_help()


def test_every_page_is_documented_with_its_address() -> None:
    documented = (ROOT / "docs" / "pages.md").read_text()
    for page in (ROOT / "pages").glob("*.py"):
        for address in re.findall(r"path(?:_template)?=\"([^\"]+)\"", page.read_text()):
            assert f"`{address.replace('_>', '>')}`" in documented, f"{page.name}: {address}"


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_is_documented(table: str) -> None:
    assert f"| `{table}` |" in (ROOT / "docs" / "database.md").read_text()


def test_every_package_installs_on_the_python_of_debian_12() -> None:
    for package in distributions():
        needs = SpecifierSet(package.metadata.get("Requires-Python") or "")
        assert needs.contains("3.11.2"), f"{package.name} {package.version} needs {needs}"


def test_every_pin_is_exact() -> None:
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert "==" in line, f"{file.name}: {line}"


def test_every_file_that_begins_a_run_is_there() -> None:
    assert [name for name in order.LONG if not (ROOT / "tests" / name).is_file()] == []
