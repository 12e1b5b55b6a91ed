"""Promise: a picker's configuration that was given costs no more than it is long, and what it is
not is said in a few words."""

import pytest
from ngf_operator.inference import picker_config, picker_image

IMAGE = picker_image.read(picker_image.DEFAULT)
GIVEN = """apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: queue-scorer}]}]
"""
LAUGHS = "x0: &x0 [a,a,a,a,a,a,a,a,a,a]\n" + "".join(
    f"x{depth}: &x{depth} [{','.join([f'*x{depth - 1}'] * 10)}]\n" for depth in range(1, 12)
)


def test_a_text_as_it_should_be_has_no_faults() -> None:
    assert picker_config.faults(GIVEN, IMAGE) == ()
    anchored = GIVEN.replace("[{type: queue-scorer}]", "&all [{type: queue-scorer}]")
    assert picker_config.faults(anchored, IMAGE) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"&x\n{GIVEN}me: *x\n", "Line 6 has an alias"),
        (f"{GIVEN}{LAUGHS}", "Line 6 has an alias"),
        (f"{GIVEN}deep: {'[' * 3000}{']' * 3000}\n", "Line 5 is nested deeper than 32 levels"),
        (f"{GIVEN}? [1, 2]\n: x\n", "It is no YAML: "),
        (f"{GIVEN}many: {'9' * 5000}\n", "It is no YAML: "),
        (f"{GIVEN}none: !!int ''\n", "Line 5 has the tag tag:yaml.org,2002:int"),
        (f"{GIVEN}\ud800", "It is no YAML: "),
    ],
)
def test_what_no_picker_should_be_given_is_a_fault_and_nothing_else(text: str, why: str) -> None:
    [fault] = picker_config.faults(text, IMAGE)
    assert fault.startswith(why)


def test_a_date_is_text_however_wrong_it_is() -> None:
    assert picker_config.faults(f"{GIVEN}when: 2026-13-45\n", IMAGE) == ()


@pytest.mark.parametrize(
    ("parsers", "any_request"),
    [
        ("", False),
        ("requestHandler: {parsers: [{pluginRef: passthrough-parser}]}", False),
        ("requestHandler: {parsers: [{pluginRef: pass}]}", True),
        ("parser: {pluginRef: pass}", True),
        ("parser: {pluginRef: pass}\nrequestHandler: {parsers: [{pluginRef: other}]}", False),
        ("parser: pass\nrequestHandler: [pass]", False),
        ("requestHandler: {parsers: pass}", False),
    ],
)
def test_a_picker_takes_any_request_where_the_parser_that_does_is_used(
    parsers: str, any_request: bool
) -> None:
    declared = "[{type: queue-scorer}, {name: pass, type: passthrough-parser}]"
    text = GIVEN.replace("[{type: queue-scorer}]", declared)
    assert picker_config.takes_any_request(f"{text}{parsers}\n") == any_request


def test_of_many_faults_the_first_are_said_and_none_at_length() -> None:
    names = "".join(f"- {'n' * 900}{number}\n" for number in range(40))
    refs = names.replace("- ", "- pluginRef: ")
    said = picker_config.faults(f"{GIVEN}flowControl:\n{refs}", IMAGE)
    assert len(said) == 6
    assert said[-1] == "35 more faults follow."
    assert all(len(each) <= 400 for each in said)
