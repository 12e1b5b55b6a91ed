"""Label selectors as kubectl takes them: ``app=web,tier in (a, b),!canary``."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from services.errors import Invalid

_KEY = r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?"
_SET = re.compile(rf"(?P<key>{_KEY})\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(rf"(?P<key>{_KEY})\s*(?P<op>==|=|!=)\s*(?P<value>{_VALUE})")
_EXISTS = re.compile(rf"(?P<not>!?)\s*(?P<key>{_KEY})")

Selects = Callable[[Mapping[str, str]], bool]


@lru_cache(maxsize=256)
def selector(text: str) -> Selects:
    """A label selector as kubectl takes it: ``app=web,tier in (a, b),!canary``. Raises Invalid."""
    parts = [part.strip() for part in re.split(r",(?![^()]*\))", text)] if text.strip() else []
    rules = [_requirement(part) for part in parts]
    return lambda labels: all(rule(labels) for rule in rules)


def _requirement(part: str) -> Selects:
    if match := _SET.fullmatch(part):
        key, values = match["key"], {value.strip() for value in match["values"].split(",")}
        if match["op"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if match := _EQUAL.fullmatch(part):
        key, value = match["key"], match["value"]
        if match["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if match := _EXISTS.fullmatch(part):
        key, absent = match["key"], bool(match["not"])
        return lambda labels: (key in labels) is not absent
    rule = f"must be like app=web, app!=web, app in (a,b), app or !app, not {part!r}"
    raise Invalid("The label selector is wrong.", fields=[{"field": "labelSelector", "rule": rule}])
