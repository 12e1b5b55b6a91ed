"""Promise: a token is worth what it was made for, exactly as long as it is meant to be."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from services.auth.identity import CONSOLE, Identity, Role
from services.auth.signin import SignInCodes
from services.auth.tokens import TokenStore
from services.configdb.audit import AuditLog
from services.configdb.database import Database
from services.errors import Denied, Invalid, NotFound, Unauthenticated


def test_a_token_stands_for_its_role_and_limits(db: Database) -> None:
    tokens = TokenStore(db)
    limits = ["web"], ["shop", "bank"]
    info, text = tokens.create(CONSOLE, "ci", "operator", *limits, timedelta(days=30))
    who = TokenStore(db).authenticate(text)
    assert (who.name, who.role, who.source) == ("token:ci", Role.OPERATOR, "token")
    assert who.clusters == {"web"}
    assert who.namespaces == {"shop", "bank"}
    assert tokens.identity(info.id).role is Role.OPERATOR
    assert tokens.list(CONSOLE)[0].last_used is not None


def test_the_text_is_nowhere_in_the_database(db: Database) -> None:
    tokens = TokenStore(db)
    _, text = tokens.create(CONSOLE, "ci", "viewer")
    tokens.authenticate(text)
    secret = text.split("_", 2)[2]
    with db.engine.connect() as connection:
        for table in ("api_tokens", "audit_log"):
            rows = connection.execute(sql(f"SELECT * FROM {table}")).all()
            assert rows
            assert secret not in repr(rows)
    assert secret not in repr(tokens.list(CONSOLE))


def test_what_is_not_the_token_is_refused(db: Database) -> None:
    tokens = TokenStore(db)
    _, text = tokens.create(CONSOLE, "ci", "viewer")
    tokens.authenticate(text)
    prefix, key, secret = text.split("_", 2)
    for wrong in (
        "",
        "ngfc_",
        text[:-1],
        text + "x",
        f"{prefix}_{key}_{secret.swapcase()}",
        f"ngfc_{'A' * 12}_{secret}",
        text.upper(),
        "\0",
        f" {text}",
    ):
        with pytest.raises(Unauthenticated):
            tokens.authenticate(wrong)


def test_a_revoked_or_expired_token_is_refused_at_once_on_every_replica(db: Database) -> None:
    here, there = TokenStore(db), TokenStore(db)
    info, text = here.create(CONSOLE, "ci", "viewer")
    there.authenticate(text)
    here.revoke(CONSOLE, "ci")
    for refused in (lambda: there.authenticate(text), lambda: there.identity(info.id)):
        with pytest.raises(Unauthenticated):
            refused()
    with pytest.raises(NotFound):
        here.revoke(CONSOLE, "ci")
    _, brief = here.create(CONSOLE, "ci", "viewer", ttl=timedelta(microseconds=1))
    with pytest.raises(Unauthenticated):
        there.authenticate(brief)
    assert here.list(CONSOLE)[0].expired


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "  "}),
        ("name", {"name": " ci"}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "a\nb"}),
        ("name", {"name": "a\x1b[31m"}),
        ("name", {"name": "a\u202eb"}),
        ("name", {"name": "a\u200bb"}),
        ("name", {"name": "a\0b"}),
        ("name", {"name": "a/b"}),
        ("name", {"name": "taken"}),
        ("name", {"name": "TAKEN"}),
        ("name", {"name": "ｔaken"}),
        ("role", {"role": "root"}),
        ("clusters", {"clusters": []}),
        ("clusters", {"clusters": ["../x"]}),
        ("namespaces", {"namespaces": ["Not_A_Label"]}),
        ("ttl", {"ttl": timedelta()}),
        ("ttl", {"ttl": timedelta(days=-1)}),
        ("ttl", {"ttl": timedelta(days=36500)}),
    ],
)
def test_bad_input_is_refused_with_field_and_rule(
    db: Database, field: str, given: dict[str, object]
) -> None:
    tokens = TokenStore(db)
    tokens.create(CONSOLE, "taken", "viewer")
    with pytest.raises(Invalid) as refused:
        tokens.create(CONSOLE, **{"name": "ci", "role": "viewer", **given})  # type: ignore[arg-type]
    assert [one["field"] for one in refused.value.details["fields"]] == [field]
    assert len(tokens.list(CONSOLE)) == 1


@pytest.mark.parametrize("name", ["équipe α", "漢字", "'; DROP TABLE api_tokens; --", "<b>x", "%"])
def test_names_in_any_script_are_kept_as_given(db: Database, name: str) -> None:
    tokens = TokenStore(db)
    _, text = tokens.create(CONSOLE, name, "viewer")
    assert tokens.authenticate(text).name == f"token:{name}"
    assert tokens.revoke(CONSOLE, name).name == name


def test_making_and_revoking_is_in_the_audit_log(db: Database) -> None:
    tokens, log = TokenStore(db), AuditLog(db)
    ann = Identity("ann", Role.ADMIN, address="192.0.2.7")
    tokens.create(ann, "ci", "viewer")
    tokens.revoke(CONSOLE, "ci")
    entries = log.list(CONSOLE, sort="time").items
    assert [(one.actor, one.role, one.address, one.verb, one.name) for one in entries] == [
        ("ann", "admin", "192.0.2.7", "create", "ci"),
        ("ngf-console", "admin", "", "delete", "ci"),
    ]


LIMITED = Identity("web-admin", Role.ADMIN, frozenset({"web", "edge"}), frozenset({"shop"}))


@pytest.mark.parametrize(
    ("clusters", "namespaces"),
    [(None, None), (["web"], None), (None, ["shop"]), (["gpu"], ["shop"]), (["web"], ["bank"])],
)
def test_nobody_makes_a_token_that_reaches_further_than_they_do(
    db: Database, clusters: list[str] | None, namespaces: list[str] | None
) -> None:
    tokens = TokenStore(db)
    with pytest.raises(Denied):
        tokens.create(LIMITED, "escaped", "viewer", clusters, namespaces)
    assert tokens.list(CONSOLE) == []


def test_a_limited_admin_manages_tokens_within_the_limits_and_knows_no_others(
    db: Database,
) -> None:
    tokens = TokenStore(db)
    tokens.create(CONSOLE, "everywhere", "admin")
    tokens.create(LIMITED, "mine", "operator", ["web"], ["shop"])
    assert [info.name for info in tokens.list(LIMITED)] == ["mine"]
    with pytest.raises(NotFound):
        tokens.revoke(LIMITED, "everywhere")
    tokens.revoke(LIMITED, "mine")
    assert [info.name for info in tokens.list(CONSOLE)] == ["everywhere"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_admins_manage_tokens(db: Database, role: Role) -> None:
    tokens, who = TokenStore(db), Identity("someone", role)
    for managing in (
        lambda: tokens.create(who, "x", "viewer"),
        lambda: tokens.list(who),
        lambda: tokens.revoke(who, "x"),
    ):
        with pytest.raises(Denied):
            managing()


def test_a_sign_in_code_works_once_even_when_two_try_at_once(db: Database) -> None:
    codes = SignInCodes(db)
    code = codes.mint()
    outcomes: list[str] = []

    def redeem() -> None:
        try:
            outcomes.append(codes.redeem(code).role)
        except Unauthenticated:
            outcomes.append("refused")

    threads = [threading.Thread(target=redeem) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["admin", *["refused"] * 5]


def test_an_expired_or_made_up_code_is_refused(db: Database) -> None:
    codes = SignInCodes(db)
    expired = codes.mint(timedelta(microseconds=1))
    for code in (expired, "", "x", "\udc80"):
        with pytest.raises(Unauthenticated):
            codes.redeem(code)
