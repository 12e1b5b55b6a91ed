"""Promise: container files take along what the programs need, and compose starts the console."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from services.settings import Settings, load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
GIVEN = {"POSTGRES_PASSWORD": "made-up", "CLICKHOUSE_PASSWORD": "made-up", "SECRET_KEY": "k" * 32}
IMPORTS = {
    "console": "import app; from services.demo.definitions import own; assert len(own()) == 4;"
    "from services.demo.operator_account import account; assert len(list(account())) == 6",
    "agent": "import agent, importlib, pkgutil;"
    "[importlib.import_module(it.name) for it in pkgutil.walk_packages(agent.__path__, 'agent.')]",
}


def instructions(program: str) -> list[str]:
    """The lines of a container file, continuations joined."""
    text = (DEPLOY / f"{program}.Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("program", IMPORTS)
def test_what_is_copied_is_enough_to_start(program: str, tmp_path: Path) -> None:
    for line in instructions(program):
        if line.startswith("COPY ") and "--from" not in line:
            *sources, target = line.split()[1:]
            for source in sources:
                place = tmp_path / target
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, place, dirs_exist_ok=True)
                else:
                    place.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / source, place)
    run = [sys.executable, "-c", IMPORTS[program]]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    answer = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("program", IMPORTS)
def test_what_runs_is_pinned_not_root_and_without_tools(program: str) -> None:
    lines = instructions(program)
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert len(bases) == 2, "one stage builds, the other runs"
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", bases[0])
    last = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 65532:65532" in last
    assert any("pip uninstall" in line for line in last)
    assert not [line for line in last if "install --no-cache-dir" in line]


def test_what_the_agent_imports_is_in_its_image() -> None:
    """Its list has names only: versions come from requirements.txt, as constraints."""
    names = {
        line.strip().lower().replace("_", "-")
        for line in (ROOT / "agent" / "requirements.txt").read_text().splitlines()
        if not line.startswith("#")
    }
    pinned = {
        Requirement(line).name.lower().replace("_", "-")
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    assert names <= pinned
    packages = {"pynvml": "nvidia-ml-py"}
    for file in (ROOT / "agent").rglob("*.py"):
        for found in imported(file) - sys.stdlib_module_names - {"agent"}:
            assert packages.get(found, found).replace("_", "-") in names, f"{file}: {found}"


def imported(file: Path) -> set[str]:
    """The packages that a module imports, here or there."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    parts = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in [*plain, *parts]}


def filled_in(text: str) -> str:
    """A value of the compose file, with ``${NAME:-default}`` and ``${NAME:?why}`` filled in."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        return GIVEN.get(name, rest) if how == "-" else GIVEN[name]

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", value, text)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The settings that the console of the compose file starts with."""
    for name, value in COMPOSE["console"]["environment"].items():
        monkeypatch.setenv(name, filled_in(value))
    clusters = tmp_path / "clusters.yaml"
    clusters.write_text("clusters: []")
    monkeypatch.setenv("NGF_CONSOLE_CLUSTERS_CONFIG", str(clusters))
    return load({})


def test_every_variable_of_compose_is_an_option_that_is_taken(console: Settings) -> None:
    assert console.database == "postgresql://console:made-up@postgres/console"
    assert console.clickhouse_url == "http://console:made-up@clickhouse:8123"
    assert console.secret_key is not None


def test_the_console_of_compose_is_reached_from_this_machine_with_a_token(
    console: Settings,
) -> None:
    assert console.auth == "token"
    (port,) = COMPOSE["console"]["ports"]
    address, outside, inside = port.split(":")
    assert (address, int(inside)) == ("127.0.0.1", console.port)
    assert console.url == f"http://{address}:{outside}"
    for name, service in COMPOSE.items():
        for published in service.get("ports", ()):
            assert published.startswith("127.0.0.1:"), name
            assert name == "console" or service["profiles"], "others only where they are asked for"


def test_compose_reads_clusters_from_where_the_console_looks() -> None:
    service = COMPOSE["console"]
    folders = dict(volume.split(":")[:2] for volume in service["volumes"])
    config = Path(service["environment"]["NGF_CONSOLE_CLUSTERS_CONFIG"])
    assert folders["./clusters"] == str(config.parent)
    assert "/deploy/clusters/" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_password_stands_in_the_compose_file() -> None:
    for service in COMPOSE.values():
        for name, value in service.get("environment", {}).items():
            if any(part in name for part in ("PASSWORD", "SECRET", "CONFIG_DB", "CLICKHOUSE_URL")):
                assert ":?" in value, name


def test_the_images_of_compose_are_pinned() -> None:
    for service in COMPOSE.values():
        if "image" in service:
            assert re.search(r":[^:]*\d", service["image"])
