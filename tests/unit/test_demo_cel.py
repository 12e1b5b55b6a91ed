"""Promise: the demo decides the rules of our own definitions as the API server's CEL does."""

from typing import Any

import pytest

from services.demo.api.cel import Undecided, compiled
from services.demo.definitions import own

SELF = {
    "name": "a-b",
    "count": 3,
    "on": True,
    "list": [{"n": 1}, {"n": 2}, {"n": 2}],
    "map": {"k": "v"},
    "empty": {},
}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("true", True),
        ("!false && !(true && false)", True),
        ("self.count == 3 && self.count >= 3 && self.count < 4 && self.count != 4", True),
        ("self.count > 3 || self.count <= 2", False),
        ("self.on ? self.count == 3 : false", True),
        ("has(self.map.k) && !has(self.map.other) && !has(self.nothing)", True),
        ("!has(self.nothing) || self.nothing.at.all == 1", True),
        ("self.nothing == 1 || self.on", True),
        ("self.nothing == 1 && !self.on", False),
        ("self.list.all(one, one.n > 0)", True),
        ("self.list.all(one, self.list.exists_one(other, other.n == one.n))", False),
        ("self.list.exists(one, one.n == 2) && self.list.exists_one(one, one.n == 1)", True),
        ("self.list[1].n == 2 && self.map['k'] == 'v'", True),
        ("self.name in ['a-b', \"c\"] && 'k' in self.map && !(4 in [])", True),
        ("size(self.list) == 3 && self.list.size() == 3 && size(self.empty) == 0", True),
        ("self.name.matches('^a-[b-z]$') && !self.name.matches('^b')", True),
        ("self.name.startsWith('a') && self.name.endsWith('b') && self.name.contains('-')", True),
        ("has(self.map.k) != has(self.map.other)", True),
    ],
)
def test_a_rule_is_decided(rule: str, holds: bool) -> None:
    assert compiled(rule)(SELF) is holds


@pytest.mark.parametrize(
    "rule", ["self.nothing == 1", "has(self.nothing.k)", "self.list[7].n == 1", "self.name < 1"]
)
def test_what_has_no_value_is_not_decided(rule: str) -> None:
    with pytest.raises(Undecided):
        compiled(rule)(SELF)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "self.",
        "self.a b",
        "(true",
        "true)",
        "has(self)",
        "nope(1)",
        "self.x#1",
        "1 +",
        "other == 1",
        "oldSelf.a == 1",
    ],
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"no rule|no function|has"):
        compiled(rule)


def rules(schema: dict[str, Any]) -> list[str]:
    found = [one["rule"] for one in schema.get("x-kubernetes-validations") or ()]
    below = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("not")]
    return found + [rule for one in below if isinstance(one, dict) for rule in rules(one)]


def test_every_rule_of_our_own_definitions_is_understood() -> None:
    found = [
        rule
        for definition in own()
        for version in definition["spec"]["versions"]
        for rule in rules(version["schema"]["openAPIV3Schema"])
    ]
    assert len(found) > 20
    for rule in found:
        assert compiled(rule)
