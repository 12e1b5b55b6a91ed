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

pytestmark = pytest.mark.usefixtures("own_logs")

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


def test_the_audit_log_is_read_in_the_order_asked_for(
    data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        main([*data, "token", "create", "--name", name, "--role", "viewer"])
    capsys.readouterr()
    for sort, names in (("-time", ["b", "a"]), ("time", ["a", "b"]), ("-name", ["b", "a"])):
        assert main(["audit", "list", "--sort", sort, "--output", "json", *data]) == 0
        listed = json.loads(capsys.readouterr().out)["items"]
        assert [entry["name"] for entry in listed] == names, sort


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--page-size", "0"], "--page-size: must be between 1 and 500"),
        (["--page", "0"], "--page: must be between 1 and "),
        (["--sort", "---time"], "--sort: one of time, "),
    ],
)
def test_a_page_that_cannot_be_given_is_refused_by_option(
    data: list[str], capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    main([*data, "token", "create", "--name", "a", "--role", "viewer"])
    assert main([*data, "audit", "list", *options]) == 2
    assert f"ngf-console: {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["audit", "verify"], ["audit", "list"], ["token", "list"], ["token", "revoke", "x"]]
)
def test_who_only_looks_makes_no_database_and_says_that_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    folder = tmp_path / "none"
    assert main(["--data", str(folder), *command]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"There is no config database of a console at {folder}/ngf-console.db." in printed.err
    assert not folder.exists()


@pytest.mark.parametrize("command", [["audit", "verify"], ["token", "list"], ["signin"]])
@pytest.mark.parametrize(
    ("option", "value"), [("--data", "/etc/passwd"), ("--config-db", "/etc/hostname")]
)
def test_what_can_be_no_database_is_refused_by_option(
    capsys: pytest.CaptureFixture[str], option: str, value: str, command: list[str]
) -> None:
    assert main([option, value, *command]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"ngf-console: {option}={value}: ")
    assert printed.err.count("\n") == 1


def test_a_database_of_somebody_else_is_none_of_a_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.db").touch()
    assert main(["--config-db", str(tmp_path / "empty.db"), "audit", "verify"]) == 1
    assert "There is no config database" in capsys.readouterr().err
    assert (tmp_path / "empty.db").stat().st_size == 0


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
