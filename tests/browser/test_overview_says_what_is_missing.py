"""Promise: the overview names what keeps a gateway from working though no controller says so, and
does not call well what only waits."""

import pytest

from tests.browser.fleet_of_two import Console, gateway, route
from tests.browser.journey import Window

pytestmark = pytest.mark.browser


def test_a_missing_controller_and_a_missing_class_need_attention(
    pair: Console, opened: Window
) -> None:
    lost = gateway("lost")
    lost["spec"]["gatewayClassName"] = "nope"
    pair.apis["web"].store.create(lost)
    opened.open("/?cluster=web", "#overview-clusters tbody tr")
    opened.says("#overview-attention", "There is no GatewayClass nope")
    opened.says("#overview-attention", "No NGF controller on web")
    opened.says("#overview-attention", "3 gateways need one.")


def test_what_waits_is_counted(pair: Console, opened: Window) -> None:
    store = pair.apis["web"].store
    store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "quiet"}})
    for obj in (route("waiting", "quiet"), route("loose", "quiet", parentRefs=[])):
        store.create(obj | {"status": {"parents": []}})
    opened.open("/?namespace=quiet", "#overview-clusters tbody tr")
    opened.says("#overview-attention", "No problem is reported")
    opened.says("#overview-attention", "1 waits for a controller; 1 route is attached nowhere.")
