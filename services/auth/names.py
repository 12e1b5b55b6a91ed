"""What may be called what: rules for names that people give and that others will read.

A name is shown in tables, logs and terminals, so it may be in any script but may not carry what
rewrites a line: control characters, line breaks, invisible or direction-changing characters.
"""

import re
import unicodedata
from collections.abc import Iterable

from services.errors import Invalid

NAME_MAX = 100
TOKEN, CLI = "token:", "cli:"
"""What the names of those begin with who are no people of a provider: an API token, a command."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CLUSTER = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_REFUSED = ("C", "Zl", "Zp")
"""Unicode categories: control, format, surrogate, private use, unassigned; line, paragraph."""


def name(text: str) -> str:
    """``text`` in composed form. Raises Invalid, naming the rule it breaks."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.strip():
        raise invalid("name", "must not be empty")
    if composed != composed.strip():
        raise invalid("name", "must not begin or end with a space")
    if len(composed) > NAME_MAX:
        raise invalid("name", f"at most {NAME_MAX} characters")
    if any(unicodedata.category(character).startswith(_REFUSED) for character in composed):
        raise invalid("name", "no control, line-break or invisible characters")
    return composed


def person(text: str) -> str:
    """``text`` as the name of a person, whom nobody may take for a token or a command.

    Raises Invalid.
    """
    composed = name(text)
    if key(composed).startswith((TOKEN, CLI)):
        raise invalid("name", f"must not begin with {TOKEN} or {CLI}")
    return composed


def key(text: str) -> str:
    """What two names that people would take for the same have in common."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def limits(field: str, given: Iterable[str] | None) -> frozenset[str] | None:
    """The limit to clusters or namespaces; ``None`` is no limit. Raises Invalid."""
    if given is None:
        return None
    rule = _CLUSTER if field == "clusters" else _LABEL
    names = frozenset(given)
    if not names:
        raise invalid(field, "name at least one, or leave the limit out")
    for one in sorted(names):
        if not rule.fullmatch(one):
            raise invalid(field, f"{one!r} cannot be the name of one")
    return names


def invalid(field: str, rule: str) -> Invalid:
    """The error for one field."""
    return Invalid(f"{field}: {rule}.", fields=[{"field": field, "rule": rule}])
