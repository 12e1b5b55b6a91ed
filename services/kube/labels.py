"""Labels and label selectors as kubectl takes them: ``app=web,tier in (a, b),!canary``."""

import re
from collections.abc import Callable, Mapping, Set
from functools import lru_cache

from services.errors import Invalid

_PART = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_KEY = rf"((?=[^/]{{1,253}}/){_PART}(\.{_PART})*/)?{_NAME}"
_VALUE = re.compile(rf"({_NAME})?")
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(rf"(?P<key>{_KEY})\s*(?P<op>==|=|!=)\s*(?P<value>{_VALUE.pattern})")
_ORDER = re.compile(rf"(?P<key>{_KEY})\s*(?P<op>[<>])\s*(?P<bound>[0-9]{{1,63}})")
_EXISTS = re.compile(rf"(?P<not>!?)\s*(?P<key>{_KEY})")
_NUMBER = re.compile(r"[0-9]+")
_NUMBER_MAX = 2**63 - 1

Selects = Callable[[Mapping[str, str]], bool]


def broken_key(key: str) -> str:
    """The rule that a key breaks which no label can have; "" for a good one."""
    if re.fullmatch(_KEY, key):
        return ""
    return (
        "must be a label's key: letters, digits, '-', '_', '.', at most 63, after a prefix/ or not"
    )


def broken_value(value: str) -> str:
    """The rule that a value breaks which no label can have; "" for a good one."""
    if _VALUE.fullmatch(value):
        return ""
    return "must be a label's value: letters, digits, '-', '_', '.', at most 63"


@lru_cache(maxsize=256)
def selector(text: str) -> Selects:
    """A label selector as kubectl takes it: ``app=web,tier in (a, b),!canary``. Raises Invalid."""
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", text)] if text.strip() else []
    rules = [_requirement(part) for part in parts]
    return lambda labels: all(rule(labels) for rule in rules)


def _requirement(part: str) -> Selects:
    if match := _SET.fullmatch(part):
        values = {value.strip() for value in match["values"].split(",")}
        if all(map(_VALUE.fullmatch, values)):
            return _among(match["key"], values, match["op"] == "in")
    if match := _EQUAL.fullmatch(part):
        return _among(match["key"], {match["value"]}, match["op"] != "!=")
    if (match := _ORDER.fullmatch(part)) and int(match["bound"]) <= _NUMBER_MAX:
        return _beyond(match["key"], int(match["bound"]), match["op"] == ">")
    if match := _EXISTS.fullmatch(part):
        key, absent = match["key"], bool(match["not"])
        return lambda labels: (key in labels) is not absent
    rule = (
        "must be like app=web, app!=web, app in (a,b), app notin (a,b), app, !app, size>5 or"
        f" size<5, with keys and values that labels can have, not {part!r}"
    )
    raise Invalid("The label selector is wrong.", fields=[{"field": "labelSelector", "rule": rule}])


def _among(key: str, values: Set[str], wanted: bool) -> Selects:
    return lambda labels: (labels.get(key) in values) is wanted


def _beyond(key: str, bound: int, above: bool) -> Selects:
    """A label that is absent or no number is on neither side."""

    def selects(labels: Mapping[str, str]) -> bool:
        value = labels.get(key, "")
        if not _NUMBER.fullmatch(value) or int(value) > _NUMBER_MAX:
            return False
        return int(value) > bound if above else int(value) < bound

    return selects
