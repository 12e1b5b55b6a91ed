"""Promise: text and object say the same, whoever wrote the text, and what JSON cannot hold is
refused by its line."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import yaml_reader, yaml_view

WORDS = (
    "on", "Off", "yes", "n", "y", "~", "null", "=", "<<", "1e3", "12e4567", "089", "-.5e3", "0o17",
    "017", "0x1", "0b1", "1_000", "1_0.5", ".5", "1.", "1:30", ".inf", "2026-01-01", "#", "- a",
    "a: b", "a #b", "!x", "&x", "*x", "---", "x\x85y", "x\u2028y", "\u2029", "\ufeff", "a\tb",
    "a\nb", " a\n b\n\n", "a \nb", "", " ", "'", '"', "é", "x\n\x85y",
)  # fmt: skip

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(WORDS)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(-1e9, 1e9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts.filter(lambda key: key != "metadata"), values, max_size=3)


@settings(deadline=None)
@given(objects)
def test_an_object_reads_back_from_its_text(obj: dict[str, Any]) -> None:
    assert yaml_reader.from_text(yaml_view.to_text(obj)) == obj


@settings(deadline=None)
@given(objects, objects)
def test_a_text_with_comments_says_what_the_form_made(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    text = yaml_view.rewritten(f"# kept\n{yaml_view.to_text(before)}", after)
    assert yaml_reader.from_text(text) == after


@pytest.mark.parametrize("word", ["1e3", "y", "on", "089", "0o17", "1:30", "~", "2026-01-01"])
def test_both_writers_put_a_word_that_is_no_text_elsewhere_in_quotes(word: str) -> None:
    assert yaml_view.to_text({"a": word}) == f"a: '{word}'\n"
    assert yaml_view.rewritten("a: b # c", {"a": word}) == f"a: '{word}' # c\n"
    assert yaml_view.rewritten("# c\nb: 1", {"b": 1, "a": word}) == f"# c\nb: 1\na: '{word}'\n"


def test_what_stays_is_written_as_it_was() -> None:
    text = "a: on # c\nb: 0x1F\nc: 'x'\nd: \"y\"\ne: {f: ~}\ng:\n"
    obj = yaml_reader.from_text(text)
    assert obj == {"a": True, "b": 31, "c": "x", "d": "y", "e": {"f": None}, "g": None}
    assert yaml_view.rewritten(text, obj | {"h": 80}) == f"{text}h: 80\n"


def test_comments_without_a_place_go_to_the_top() -> None:
    text = '# one\na: "# no comment" # two\n? b\n# three'
    obj = yaml_reader.from_text(text) | {"a": "c"}
    assert yaml_view.rewritten(text, obj) == "# one\n# two\n# three\na: c\nb: null\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: 1\n[a]: b", "Line 2: a key must be text. Put it in quotes."),
        ("{{ .Values.x }}: y", "Line 1: a key must be text. Put it in quotes."),
        ("x: 1\n1: a", "Line 2: the key 1 is not text. Put it in quotes."),
        ("? \n: a", "Line 1: an empty key is not text. Put it in quotes."),
        ("<<: {a: 1}", "Line 1: the key << is not text. Put it in quotes."),
        ("!!set {b}", "Line 1 uses the tag !!set. Leave the tag out."),
        ("x: 1\na: !!binary aGk=", "Line 2 uses the tag !!binary. Leave the tag out."),
        ("a: !Ref b", "Line 1 uses the tag !Ref. Leave the tag out."),
        ("[" * 3000, f"Line 1 is nested too deeply: {yaml_reader.DEEPEST} levels are the most."),
        (f"a: {'1' * 5000}", "Line 1: this number is too long."),
        (f"a: {'1' * 5000}.0", "Line 1: this number is too large, or none that JSON has."),
        ("a: .nan", "Line 1: this number is too large, or none that JSON has."),
        ('a: "\\UFFFFFFFF"', "Line 1 has an escape that is no character."),
        ('a: "\\ud800"', "Line 1 has an escape that is no character."),
        ("a: 1\nb: \x00", "Line 2 has a character that YAML does not allow."),
        ("a: 1\nmetadata: 3", "Line 2: metadata must hold names and values."),
        ("metadata:\n  annotations: 3", "Line 2: annotations must hold names and values."),
        ("metadata:\n  labels: [a]", "Line 2: labels must hold names and values."),
    ],
)
def test_what_is_no_object_of_json_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(yaml_reader.YamlProblem) as refused:
        yaml_reader.from_text(text)
    assert str(refused.value) == said


def test_the_deepest_text_that_is_read_can_be_written() -> None:
    deep: dict[str, Any] = {}
    for _ in range(yaml_reader.DEEPEST - 1):
        deep = {"a": deep}
    text = f"# kept\n{yaml_view.to_text(deep)}"
    assert yaml_reader.from_text(yaml_view.rewritten(text, deep)) == deep


def test_marks_count_the_lines_that_the_editor_shows() -> None:
    assert yaml_view.changed_lines("a: x\x85y\nb: 1", "a: x\x85y\nb: 2") == [(1, 1)]
