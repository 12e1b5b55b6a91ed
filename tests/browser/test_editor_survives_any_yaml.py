"""Promise: YAML of the wrong shape is answered by a sentence, and the editor goes on."""

import pytest

from tests.browser.journey import Window, field

pytestmark = pytest.mark.browser

HEAD = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: route-004
  namespace: shop
"""


def test_what_has_the_wrong_shape_is_refused_by_the_dry_run(opened: Window) -> None:
    opened.open("/edit/httproutes/web/shop/route-004")
    opened.says("#edit-result", "No changes")
    for spec, said in (
        ("spec: 3", "spec"),
        ("spec:\n  rules: 3", "rules"),
        ("spec:\n  rules: [{matches: [{path: 3}]}]", "path"),
        ("spec:\n  rules: [{backendRefs: [null, 5]}]", "backendRefs"),
    ):
        opened.write(f"{HEAD}{spec}\n")
        opened.says("#edit-result", said)
        assert not opened.one("#edit-apply").is_enabled()
    opened.write(f"{HEAD}  labels: 3\n")
    opened.says("#edit-problem", "Line 6: labels must hold names and values.")


def test_a_value_outside_the_options_is_not_shown_as_another(opened: Window) -> None:
    opened.open("/edit/httproutes/web/shop/route-004")
    opened.says("#edit-result", "No changes")
    opened.write(f"{HEAD}spec:\n  rules: [{{matches: [{{method: PURGE}}]}}]\n")
    method = opened.one(field("match-0-method"))
    opened.until(lambda: not method.is_enabled(), "the select can still be changed")
    assert opened.driver.execute_script("return arguments[0].selectedOptions[0].label", method) == (
        "See the YAML"
    )
    opened.until(
        lambda: "method PURGE of match 1" in opened.one(".edit-form").text, "it is not said"
    )
