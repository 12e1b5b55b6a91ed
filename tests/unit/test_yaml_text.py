"""Promise: YAML from anybody is read within bounds, and what it hides by repeating a key is refused
where that matters."""

import pytest

from services import yaml_text

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGED_LAUGHS = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGED_LAUGHS, "&a [*a]", "&a {b: &b [*a]}"])
def test_a_few_lines_cannot_stand_for_more_than_memory_holds(text: str) -> None:
    with pytest.raises(ValueError, match="aliases"):
        yaml_text.parse(text)


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "? " * 5000])
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(ValueError, match="must be YAML"):
        yaml_text.parse(text)


def test_ordinary_anchors_and_merges_are_read() -> None:
    text = "x: {y: &y {a: 0}, base: &b {<<: *y, a: 1}}\nz: {<<: *b, c: 2}\nl: [*b, *b]"
    for parse in (yaml_text.parse, yaml_text.parse_own):
        assert parse(text) == {
            "x": {"y": {"a": 0}, "base": {"a": 1}},
            "z": {"a": 1, "c": 2},
            "l": [{"a": 1}, {"a": 1}],
        }


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2",
        '{a: 1, "a": 2}',
        '{a: 1, "\\x61": 2}',
        "{a: 1, !!str a: 2}",
        "x: {<<: {a: 1, a: 2}}",
        "[{b: {a: 1, c: 0, a: 1}}]",
    ],
)
def test_a_key_that_stands_twice_is_refused_where_it_could_hide_something(text: str) -> None:
    yaml_text.parse(text)
    with pytest.raises(ValueError, match=r"line \d, column \d+: the key 'a' stands twice"):
        yaml_text.parse_own(text)


@pytest.mark.parametrize("text", ["", "# nothing", "---\n..."])
def test_nothing_is_none(text: str) -> None:
    assert yaml_text.parse(text) is None
