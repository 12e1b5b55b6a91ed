"""Promise: tokens are made, listed and revoked, and the audit log checked, without a server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app import main
from services.auth.signin import SignInCodes
from services.auth.tokens import TokenStore
from services.configdb.database import Database
from services.errors import Unauthenticated

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    return ["--data", str(tmp_path)]


def database(data: list[str]) -> Database:
    return Database(f"{data[1]}/ngf-console.db")


def test_create_prints_the_token_alone_and_it_works(
    data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    create = ["token", "create", "--name", "équipe", "--role", "operator", "--ttl", "30d"]
    assert (
        main([*create, "--cluster", "web", "--cluster", "gpu", "--namespace", "shop", *data]) == 0
    )
    printed = capsys.readouterr()
    assert printed.err == ""
    who = TokenStore(database(data)).authenticate(printed.out.removesuffix("\n"))
    assert (who.role, who.clusters, who.namespaces) == ("operator", {"web", "gpu"}, {"shop"})


def test_list_shows_everything_but_the_text(
    data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*data, "token", "create", "--name", "ci", "--role", "viewer"])
    text_of_it = capsys.readouterr().out.strip()
    assert main([*data, "token", "list"]) == 0
    assert "ci" in capsys.readouterr().out
    assert main([*data, "token", "list", "--output", "json"]) == 0
    printed = capsys.readouterr().out
    assert text_of_it.split("_", 2)[2] not in printed
    listed = json.loads(printed)[0]
    assert (listed["name"], listed["clusters"], listed["expires"]) == ("ci", None, None)


def test_a_revoked_token_is_refused(data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*data, "token", "create", "--name", "ci", "--role", "viewer"])
    made = capsys.readouterr().out.strip()
    assert main([*data, "token", "revoke", "ci"]) == 0
    with pytest.raises(Unauthenticated):
        TokenStore(database(data)).authenticate(made)
    assert main([*data, "token", "revoke", "ci"]) == 1
    assert "There is no token 'ci'." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--name", "taken"], "--name: there is a token 'taken' already"),
        (["--name", "a\nb"], "--name: no control"),
        (["--name", "x", "--ttl", "soon"], "--ttl: 'soon' is no duration"),
        (["--name", "x", "--ttl", "0d"], "--ttl: longer than nothing"),
        (["--name", "x", "--ttl", "999999999w"], "--ttl: at most 3650 days"),
        (["--name", "x", "--namespace", "A/b"], "--namespace: 'A/b' cannot be"),
    ],
)
def test_bad_input_is_refused_with_option_and_rule(
    data: list[str], capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    main([*data, "token", "create", "--name", "taken", "--role", "viewer"])
    capsys.readouterr()
    assert main([*data, "token", "create", "--role", "viewer", *options]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


def test_verify_says_where_the_chain_breaks(
    data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b", "c"):
        main([*data, "token", "create", "--name", name, "--role", "viewer"])
    capsys.readouterr()
    assert main([*data, "audit", "verify"]) == 0
    assert capsys.readouterr().out.startswith("ok: 3 entries, head ")
    assert main([*data, "audit", "list", "--search", "b", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1
    with database(data).engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET name = 'z' WHERE id = 2"))
    assert main([*data, "audit", "verify"]) == 1
    assert capsys.readouterr().out.startswith("broken at entry 2: its content was changed")
    assert main([*data, "audit", "list", "--sort", "hash"]) == 2


def test_signin_prints_a_link_that_works_once(
    data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*data, "signin"]) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8050/signin?code=")
    codes = SignInCodes(database(data))
    assert codes.redeem(link.split("code=")[1]).role == "admin"
    with pytest.raises(Unauthenticated):
        codes.redeem(link.split("code=")[1])


def test_the_commands_run_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--data", str(tmp_path), "token", "create"]
    done = subprocess.run(
        [*command, "--name", "ci", "--role", "admin"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith("ngfc_")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
