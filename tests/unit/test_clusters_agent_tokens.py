"""Promise: an agent's token opens the door of its own cluster only, is stored as a hash, and ends
when it is replaced or revoked; what is stored wrongly opens nothing."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.clusters.agent_tokens import (
    OVERLAP,
    AgentToken,
    TokenIndex,
    decoded,
    dumped,
    mint,
    rotated,
)
from services.errors import Unauthenticated

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def index(**held: list[AgentToken]) -> TokenIndex:
    made = TokenIndex()
    made.read({cluster: dumped(tokens) for cluster, tokens in held.items()})
    return made


def test_a_token_is_long_random_and_stored_as_a_hash_only() -> None:
    minted = [mint(NOON) for _ in range(100)]
    texts = {text for _, text in minted}
    assert len({token.id for token, _ in minted}) == len(texts) == 100
    for token, text in minted:
        assert re.fullmatch(r"ngfa_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}", text)
        stored = dumped([token])
        assert text not in stored
        assert text[-43:] not in stored
        assert token.sha256 in stored


def test_it_opens_the_door_of_its_own_cluster() -> None:
    (one, one_text), (two, two_text) = mint(NOON), mint(NOON)
    tokens = index(a=[one], b=[two])
    assert tokens.authenticate(one_text, NOON) == "a"
    assert tokens.authenticate(two_text, NOON) == "b"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text[:-1] + ("B" if text[-1] == "A" else "A"),
        lambda text: text.replace("ngfa", "ngfc"),
        lambda text: text.upper(),
        lambda text: f" {text}",
        lambda text: f"{text}\n",
        lambda text: text[:17] + "_" + "A" * 43,
        lambda text: "ngfa_" + "A" * 12 + text[17:],
        lambda text: "ngfä" + text[4:],
    ],
)
def test_anything_like_it_does_not_and_is_not_told_why(spoil: Any) -> None:
    token, text = mint(NOON)
    with pytest.raises(Unauthenticated, match=r"^The agent's token is not valid\.$"):
        index(a=[token]).authenticate(spoil(text), NOON)


def test_a_rotated_token_stays_valid_for_the_overlap_and_not_a_moment_longer() -> None:
    (old, old_text), (new, new_text) = mint(NOON), mint(NOON + timedelta(days=1))
    tokens = index(a=rotated([old], new, OVERLAP))
    end = new.created + OVERLAP
    assert tokens.authenticate(old_text, end - timedelta(microseconds=1)) == "a"
    with pytest.raises(Unauthenticated, match="replaced"):
        tokens.authenticate(old_text, end)
    assert tokens.authenticate(new_text, end + timedelta(days=3650)) == "a"


def test_without_an_overlap_the_old_ones_are_gone_at_once() -> None:
    (old, _), (new, _) = mint(NOON), mint(NOON)
    assert rotated([old], new, timedelta()) == [new]


def test_a_second_rotation_does_not_lengthen_the_life_of_the_first() -> None:
    first, second, third = (mint(NOON + timedelta(hours=hour))[0] for hour in (0, 1, 2))
    held = rotated(rotated([first], second, timedelta(hours=3)), third, timedelta(hours=24))
    assert {one.id: one.expires for one in held} == {
        third.id: None,
        second.id: NOON + timedelta(hours=26),
        first.id: NOON + timedelta(hours=4),
    }


def test_rotation_shortens_the_life_of_what_an_earlier_one_left() -> None:
    first, second, third = (mint(NOON + timedelta(hours=hour))[0] for hour in (0, 1, 2))
    held = rotated(rotated([first], second, timedelta(days=30)), third, timedelta(hours=1))
    assert [one.expires for one in held] == [None] + [NOON + timedelta(hours=3)] * 2


def test_expired_ones_are_dropped_with_the_next_rotation() -> None:
    first, second = mint(NOON)[0], mint(NOON)[0]
    third = mint(NOON + timedelta(days=2))[0]
    held = rotated(rotated([first], second, OVERLAP), third, OVERLAP)
    assert [one.id for one in held] == [third.id, second.id]


def test_what_is_stored_is_what_was_meant() -> None:
    first, second = mint(NOON)[0], mint(NOON)[0]
    held = rotated([first], second, OVERLAP)
    assert decoded(base64.b64encode(dumped(held).encode()).decode()) == held


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        "null",
        "{}",
        "[1]",
        '["a"]',
        '[{"id": "a"}]',
        '[{"id": "a", "sha256": "b", "created": "yesterday"}]',
        '[{"id": "a", "sha256": "b", "created": 5}]',
        '[{"id": "a", "sha256": "b", "created": "0001-01-01T00:00:00+14:00"}]',
        "[" * 5000,
    ],
)
def test_what_is_stored_wrongly_opens_nothing_and_breaks_nothing(stored: str) -> None:
    token, text = mint(NOON)
    tokens = TokenIndex()
    tokens.read({"bad": stored, "good": dumped([token])})
    assert tokens.of("bad") == []
    assert tokens.authenticate(text, NOON) == "good"


@pytest.mark.parametrize("data", ["", "!!!", "bnVsbA==", "/w=="])
def test_a_secret_that_is_no_base64_of_ours_holds_no_token(data: str) -> None:
    assert decoded(data) == []


@pytest.mark.parametrize("expires", ["", 0, False, "never", 1e300, [], {}])
def test_an_end_that_cannot_be_read_is_not_taken_for_none(expires: Any) -> None:
    token, text = mint(NOON)
    [entry] = json.loads(dumped([token]))
    tokens = TokenIndex()
    tokens.read({"a": json.dumps([{**entry, "expires": expires}])})
    with pytest.raises(Unauthenticated):
        tokens.authenticate(text, NOON)


def test_the_tokens_of_a_cluster_are_told_newest_first() -> None:
    first, second = mint(NOON)[0], mint(NOON + timedelta(hours=1))[0]
    assert index(a=[first, second]).of("a") == [second, first]
    assert index(a=[first]).of("b") == []


def test_revoked_ones_are_gone_with_the_next_reading() -> None:
    token, text = mint(NOON)
    tokens = index(a=[token])
    tokens.read({"a": dumped([])})
    with pytest.raises(Unauthenticated):
        tokens.authenticate(text, NOON)
