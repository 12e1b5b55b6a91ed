"""Promise: an input of a wizard takes nothing away but what somebody clears: a section stays on
when its last field is cleared, and values with commas and several lines come back as they were."""

from typing import Any

import pytest

from tests.browser.journey import Window
from tests.browser.test_gateway_wizard import STEP, begin

pytestmark = pytest.mark.browser

PUT = "const [one, path] = arguments; ngf.paths.put(one, path, undefined); return one.spec"


@pytest.mark.parametrize(
    ("spec", "path", "left"),
    [
        ({"waf": {"policyRef": "block"}}, "spec.waf.policyRef", {"waf": {}}),
        ({"nginxProxy": {"ipFamily": "ipv4"}}, "spec.nginxProxy.ipFamily", {"nginxProxy": {}}),
        (
            {"nginxProxy": {"enabled": True, "telemetry": {"exporter": {"endpoint": "otel:4317"}}}},
            "spec.nginxProxy.telemetry.exporter.endpoint",
            {"nginxProxy": {"enabled": True}},
        ),
        ({"httpRoute": {"headers": [{}]}}, "spec.httpRoute.headers[0]", {"httpRoute": {}}),
    ],
)
def test_a_section_outlives_its_last_field(
    opened: Window, spec: dict[str, Any], path: str, left: dict[str, Any]
) -> None:
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    assert opened.run(PUT, {"spec": spec}, path) == left


def test_a_section_that_only_a_cleared_field_made_goes_with_it(opened: Window) -> None:
    begin(opened, "cleared")
    opened.run("ngf.wizardEdited('spec.tls.secretRefs', [{name: 'cert'}])")
    opened.run("ngf.wizardEdited('spec.tls.secretRefs', undefined)")
    assert "tls" not in opened.run("return ngf.wizardState().object.spec")
    opened.says(STEP, "Listeners")


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("pairs", {"example.com/hosts": "a.example.com,b.example.com", "team": "a=b"}),
        ("lines", ["--served-model-name=a,b", "--enforce-eager"]),
    ],
)
def test_what_is_shown_is_written_back_as_it_was(
    opened: Window, control: str, value: dict[str, str] | list[str]
) -> None:
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    back = "const kind = ngf.controls[arguments[0]]; return kind.write(kind.read(arguments[1]))"
    assert opened.run(back, control, value) == value


def test_values_of_several_lines_are_shown_and_not_typed(opened: Window) -> None:
    begin(opened, "lines")
    opened.run("ngf.wizardEdited('spec.annotations', {'example.com/note': 'one\\ntwo'})")
    opened.click("#wizard-steps [data-key='basics']")
    opened.says("#wizard-bodies", "which are changed as YAML")
    assert not opened.one("[id='wizard-field-spec.annotations']").is_enabled()


def test_kinds_of_the_same_name_stay_of_their_groups(opened: Window) -> None:
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    kinds = [{"kind": "HTTPRoute", "group": "a.io"}, {"kind": "HTTPRoute", "group": "b.io"}]
    back = (
        "const {kinds} = ngf.controls; return kinds.write(kinds.read(arguments[0]), arguments[0])"
    )
    assert opened.run(back, kinds) == kinds


@pytest.mark.parametrize("value", [True, False, None])
def test_what_may_be_left_to_the_class_can_be_said_against_it(
    opened: Window, value: bool | None
) -> None:
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    back = "const {boolean} = ngf.controls;return boolean.write(boolean.read(arguments[0])) ?? null"
    assert opened.run(back, value) == value
