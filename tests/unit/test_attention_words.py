"""Promise: the overview says that nothing needs attention only where everything is known to be
well, else it counts what is not."""

from typing import Any

import pytest

from callbacks import attention
from services.auth.identity import CONSOLE
from tests.unit.test_listing_freshness import Known, gateway, gateway_class, resources

WELL: dict[str, dict[str, int]] = {
    "gateways": {"ok": 2},
    "gatewayclasses": {"ok": 1},
    "httproutes": {"ok": 40},
}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {"gateways": {"ok": 2, "info": 1}, "httproutes": {"info": 60}},
            "61 wait for a controller.",
        ),
        ({"httproutes": {"info": 1}}, "1 waits for a controller."),
        (
            {"httproutes": {"deleting": 1, "unattached": 2}},
            "1 is being deleted; 2 routes are attached nowhere.",
        ),
        ({"gateways": {"not_ngf": 1}}, "1 gateway is not NGF's."),
        ({"tcproutes": {"unattached": 1}}, "1 route is attached nowhere."),
        ({"gateways": {"stale": 3}}, "3 were last seen."),
    ],
)
def test_what_is_not_well_is_counted(counts: dict[str, Any], said: str) -> None:
    told = attention.calm([WELL, WELL | counts])
    assert (told["ok"], told["title"], told["text"]) == (False, "No problem is reported", said)


def test_all_is_well_only_where_all_is_known() -> None:
    assert attention.calm([WELL, WELL])["title"] == "Nothing needs attention"
    told = attention.calm([WELL, {}])
    assert (told["ok"], told["text"]) == (False, "1 cluster is not read in full.")


def test_without_a_cluster_nothing_is_said_to_be_well() -> None:
    told = attention.calm([])
    assert (told["ok"], told["title"]) == (False, "No cluster yet")


def test_a_gateway_whose_class_does_not_exist_is_a_problem() -> None:
    fleet = Known({"gateways": [gateway()]})
    assert not resources(fleet).problems(CONSOLE), "classes are not read yet"
    fleet.publish("gatewayclasses", [gateway_class()])
    assert not resources(fleet).problems(CONSOLE)
    fleet.publish("gatewayclasses", [])
    [problem] = resources(fleet).problems(CONSOLE)
    assert problem["message"].startswith("There is no GatewayClass nginx,")
