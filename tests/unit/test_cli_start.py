"""Promise: a start either serves, or ends with status 2 and the option that is to blame."""

import json
import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.real.kube_api import wait_until

ROOT = Path(__file__).parents[2]
DEADLINE_S = 60.0
OPEN_FILES = 256
SIZE = ("--demo-clusters", "10", "--demo-fault", "web-003=dead")


def environment(home: Path, **variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NGF_")}
    kept.pop("KUBECONFIG", None)
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), **variables}


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def command(home: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=ROOT,
        env=environment(home, **variables),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@dataclass(frozen=True)
class Running:
    """A demo console that was started as a program, and what it printed."""

    home: Path
    port: str
    out: Path
    err: Path


def few_open_files() -> None:
    """Fewer than the fleet needs, though more may be asked for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("home")
    (home / "share" / "ngf-console" / "demo").mkdir(parents=True, mode=0o755)
    port = free_port()
    running = Running(home, port, home / "out", home / "err")
    with running.out.open("w") as out, running.err.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--demo", "--multicluster-default", "gpu-iad", *SIZE],
            cwd=ROOT,
            preexec_fn=few_open_files,
            env=environment(home, NGF_CONSOLE_PORT=port),
            stdout=out,
            stderr=err,
        )
    try:
        wait_until("the console greets", lambda: "Another link" in running.err.read_text())
        yield running
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def sign_in(link: str) -> requests.Session:
    browser = requests.Session()
    browser.get(link, timeout=DEADLINE_S).raise_for_status()
    return browser


def test_it_greets_with_one_line_and_a_link_that_works(demo: Running) -> None:
    printed = demo.out.read_text()
    greeting = re.fullmatch(r"Sign in: (http://127\.0\.0\.1:(\d+)/signin\?code=\S+)\n", printed)
    assert greeting is not None
    assert greeting[2] == demo.port
    sign_in(greeting[1])


def test_the_command_it_names_makes_another_link_to_it(demo: Running) -> None:
    named = re.search(r"^Another link: \./run (.*)$", demo.err.read_text(), re.M)
    assert named is not None
    done = command(demo.home, *named[1].split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"http://127.0.0.1:{demo.port}/signin?code=")
    browser = sign_in(done.stdout.strip())
    again = browser.get(done.stdout.strip(), timeout=DEADLINE_S)
    assert again.status_code == 401
    assert "./run --demo signin makes a new one" in again.text


def test_a_token_of_the_demo_works_there(demo: Running) -> None:
    create = ("token", "create", "--name", "ci", "--role", "viewer")
    done = command(demo.home, "--demo", *create)
    assert (done.returncode, done.stderr) == (0, "")
    headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
    url = f"http://127.0.0.1:{demo.port}/api/v1/clusters"
    assert requests.get(url, headers=headers, timeout=DEADLINE_S).status_code == 200


def test_a_fleet_that_needs_more_open_files_than_a_shell_allows_is_served(demo: Running) -> None:
    browser = sign_in(command(demo.home, "--demo", "signin").stdout.strip())
    url = f"http://127.0.0.1:{demo.port}/api/v1/global/routes"

    def missing() -> list[str]:
        body = browser.get(url, timeout=DEADLINE_S).json()
        return [one["name"] for one in body["clusters_missing"]]

    wait_until("all but the dead one are read", lambda: missing() == ["web-003"])


def test_a_reason_as_long_as_it_may_be_fits_the_request_line(demo: Running) -> None:
    browser = sign_in(command(demo.home, "--demo", "signin").stdout.strip())
    url = f"http://127.0.0.1:{demo.port}/api/v1/clusters/web-fra/httproutes/shop/cart"
    for length, status in ((1000, 200), (1001, 422)):
        reason = {"dryRun": "true", "reason": "\u00fc" * length}
        answer = browser.delete(
            url, params=reason, headers={"Sec-Fetch-Site": "same-origin"}, timeout=DEADLINE_S
        )
        assert answer.status_code == status, answer.text
    assert browser.get(url, params={"x": "x" * 8190}, timeout=DEADLINE_S).status_code == 414


@pytest.mark.parametrize(
    "words", [("signin",), ("token", "create", "--name", "ci", "--role", "viewer")]
)
def test_a_link_or_token_for_another_than_the_running_console_comes_with_a_word(
    demo: Running, words: tuple[str, ...]
) -> None:
    done = command(demo.home, *words)
    assert done.returncode == 0
    assert done.stderr == (
        "ngf-console: The console started last here is the one on the demo fleet;"
        " its data needs: ./run --demo\n"
    )


def test_the_named_default_is_what_paths_without_a_cluster_mean(demo: Running) -> None:
    done = command(demo.home, "--demo", "signin")
    url = f"http://127.0.0.1:{demo.port}/api/v1/clusters"
    answer = sign_in(done.stdout.strip()).get(url, timeout=DEADLINE_S).json()
    assert {one["name"] for one in answer if one["default"]} == {"gpu-iad"}


def test_a_port_in_use_is_refused(demo: Running) -> None:
    done = command(demo.home, "--demo", "--port", demo.port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ngf-console: --port={demo.port}: another program listens on this port;"
        " choose another port\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "/etc/passwd"], "--data=/etc/passwd: must be a folder"),
        (["--data", "/etc/passwd/x"], "--data=/etc/passwd/x: the folder cannot be made: Not a dir"),
        (["--config-db", "/etc/hostname"], "--config-db=/etc/hostname: the config database cannot"),
        (
            ["--config-db", "postgresql://u:planted-pw@127.0.0.1:1/x", "audit", "verify"],
            "--config-db=postgresql+psycopg://u:***@127.0.0.1:1/x: the config database cannot be",
        ),
        (["--bind", "192.0.2.1", "--auth", "token"], "--bind=192.0.2.1: Cannot assign requested"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(
    tmp_path: Path, words: list[str], said: str
) -> None:
    port = free_port()
    done = command(tmp_path, "--demo", *words, NGF_CONSOLE_PORT=port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ngf-console: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [(), ("token", "create", "--name", "ci", "--role", "viewer")], ids=["serve", "token"]
)
def test_a_database_that_is_away_leaves_json_in_the_log_and_nothing_printed(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    away = ("--port", free_port(), "--config-db", "postgresql://u@127.0.0.1:1/x")
    done = command(tmp_path, "--demo", *away, *words)
    assert (done.returncode, done.stdout) == (2, "")
    line, said = done.stderr.splitlines()
    assert json.loads(line)["event"] == "the config database does not answer"
    assert said.startswith("ngf-console: --config-db=")


def test_a_short_key_in_the_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "secret-key").touch()
    port = free_port()
    done = command(tmp_path, "--demo", "--data", str(tmp_path), "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path}/demo/secret-key must have at least 32 characters" in done.stderr
