"""Promise: an input of a wizard takes nothing away but what somebody clears: a section stays on when
its last field is cleared, and values with commas and several lines come back as they were."""

from typing import Any

import pytest

from tests.browser.journey import Window
from tests.browser.test_gateway_wizard import STEP, begin

pytestmark = pytest.mark.browser

PUT = (
    "const object = arguments[0]; ngf.paths.put(object, arguments[1], undefined); return object.spec"
)


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
