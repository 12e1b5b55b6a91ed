"""The part of CEL, the language of ``x-kubernetes-validations``, that our own definitions use.

Literals, fields, indexes, the operators but arithmetic, ``has``, ``size``, ``in``, the functions of
strings, and the macros ``all``, ``exists`` and ``exists_one``.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

Scope = Mapping[str, Any]
Term = Callable[[Scope], Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\|\||&&|==|!=|<=|>=|[!<>?:()\[\].,]))"
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
    "in": lambda one, other: one in other,
}
_METHODS: dict[str, Callable[..., Any]] = {
    "size": len,
    "matches": lambda text, pattern: re.search(pattern, text) is not None,
    "startsWith": lambda text, start: text.startswith(start),
    "endsWith": lambda text, end: text.endswith(end),
    "contains": lambda text, part: part in text,
}
_MACROS: dict[str, Callable[[list[bool]], bool]] = {
    "all": all,
    "exists": any,
    "exists_one": lambda found: found.count(True) == 1,
}


class Undecided(Exception):
    """A term has no value, such as a field that is not there."""


def compiled(rule: str) -> Callable[[Any], bool]:
    """A function of ``self``, which raises Undecided. Raises ValueError for what is no rule."""
    term = _Parser(rule).whole()
    return lambda value: bool(term({"self": value}))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text, self._tokens, at = text, list[tuple[str, str]](), 0
        self._variables = ["self"]
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"no rule: {text[at:]!r}")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match[kind]))
            at = match.end()
        self._at = 0

    def whole(self) -> Term:
        term = self._choice()
        if self._at < len(self._tokens):
            raise ValueError(f"no rule: {self._text!r} behind {self._tokens[self._at][1]!r}")
        return term

    def _choice(self) -> Term:
        asked = self._either()
        if not self._takes("?"):
            return asked
        yes = self._choice()
        self._must(":")
        no = self._choice()
        return lambda scope: yes(scope) if asked(scope) else no(scope)

    def _either(self) -> Term:
        term = self._both()
        while self._takes("||"):
            term = _joined(term, self._both(), True)
        return term

    def _both(self) -> Term:
        term = self._relation()
        while self._takes("&&"):
            term = _joined(term, self._relation(), False)
        return term

    def _relation(self) -> Term:
        one = self._negation()
        for sign, compare in _COMPARED.items():
            if self._takes(sign):
                return _related(compare, one, self._negation())
        return one

    def _negation(self) -> Term:
        if self._takes("!"):
            term = self._negation()
            return lambda scope: not term(scope)
        return self._member()

    def _member(self) -> Term:
        term = self._primary()
        while True:
            if self._takes("["):
                term = _Field(term, self._choice())
                self._must("]")
            elif self._takes("."):
                name = self._name()
                if self._takes("("):
                    term = self._called(term, name)
                else:
                    term = _Field(term, _constant(name))
            else:
                return term

    def _called(self, term: Term, name: str) -> Term:
        if name in _MACROS:
            variable = self._name()
            self._must(",")
            self._variables.append(variable)
            inner = self._choice()
            self._variables.pop()
            self._must(")")
            fold = _MACROS[name]
            return lambda scope: fold(
                [bool(inner({**scope, variable: each})) for each in term(scope)]
            )
        return _call(name, [term, *self._arguments()])

    def _arguments(self) -> list[Term]:
        found: list[Term] = []
        while not self._takes(")"):
            found.append(self._choice())
            if not self._takes(","):
                self._must(")")
                break
        return found

    def _primary(self) -> Term:
        if self._takes("("):
            term = self._choice()
            self._must(")")
            return term
        if self._takes("["):
            items: list[Term] = []
            while not self._takes("]"):
                items.append(self._choice())
                if not self._takes(","):
                    self._must("]")
                    break
            return lambda scope: [item(scope) for item in items]
        kind, text = self._next()
        if kind == "number":
            return _constant(int(text))
        if kind == "string":
            return _constant(ast.literal_eval(text))
        if kind == "name" and text in _CONSTANTS:
            return _constant(_CONSTANTS[text])
        if kind == "name" and self._takes("("):
            return _present(self._arguments()) if text == "has" else _call(text, self._arguments())
        if text in self._variables:
            return lambda scope: scope[text]
        raise ValueError(f"no rule: {self._text!r} at {text!r}")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise ValueError(f"no rule: {self._text!r} ends too soon")
        self._at += 1
        return self._tokens[self._at - 1]

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise ValueError(f"no rule: {self._text!r} at {text!r}")
        return text

    def _takes(self, sign: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in (
            ("sign", sign),
            ("name", sign),
        ):
            self._at += 1
            return True
        return False

    def _must(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"no rule: {self._text!r} lacks {sign!r}")


def _constant(value: Any) -> Term:
    return lambda scope: value


class _Field:
    """A field of a map, or an item of a list."""

    def __init__(self, of: Term, key: Term) -> None:
        self._of, self._key = of, key

    def __call__(self, scope: Scope) -> Any:
        try:
            return self._of(scope)[self._key(scope)]
        except (KeyError, IndexError, TypeError) as error:
            raise Undecided(f"no such key: {self._key(scope)}") from error

    def there(self, scope: Scope) -> bool:
        """Whether it is there, of something that is."""
        return self._key(scope) in self._of(scope)


def _joined(one: Term, other: Term, decisive: bool) -> Term:
    """``||`` and ``&&``: one side that decides is enough, whatever becomes of the other."""

    def term(scope: Scope) -> bool:
        try:
            if bool(one(scope)) is decisive:
                return decisive
        except Undecided:
            if bool(other(scope)) is decisive:
                return decisive
            raise
        return bool(other(scope))

    return term


def _related(compare: Callable[[Any, Any], bool], one: Term, other: Term) -> Term:
    def term(scope: Scope) -> bool:
        try:
            return compare(one(scope), other(scope))
        except TypeError as error:
            raise Undecided("no such overload") from error

    return term


def _call(name: str, arguments: list[Term]) -> Term:
    method = _METHODS.get(name)
    if method is None:
        raise ValueError(f"no function {name!r} is known here")
    return lambda scope: method(*(one(scope) for one in arguments))


def _present(arguments: list[Term]) -> Term:
    if len(arguments) != 1 or not isinstance(arguments[0], _Field):
        raise ValueError("has() takes one field")
    return arguments[0].there
