"""Promise: what is done to a Gateway is done to the bundle that makes it, and where it is not known
whether one does, nothing is done."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.auth.identity import CONSOLE
from services.clusters.fleet import Fleet
from services.errors import Conflict, Unavailable
from services.gatewayapi.bundles import Bundles
from services.gatewayapi.resources import Resources
from services.kube.changes import Changes
from services.kube.shelf import Snapshot, State

Obj = dict[str, Any]
LABEL = "ngf-console.f5.com/bundle"
ADOPT = "ngf-console.f5.com/adopt"
OWNER = "ngf-console.f5.com/owner"
PLACE = ("web", "shop", "edge")


@dataclass
class Api:
    """What a cluster's watches hold; stands in for a fleet of one, and for its cluster."""

    objects: dict[str, list[Obj]]
    states: dict[str, State] = field(default_factory=dict)

    def get(self, _name: str) -> "Api":
        return self

    def unavailable(self, reason: str) -> Unavailable:
        return Unavailable(reason)

    def snapshot(self, kind: str) -> Snapshot:
        found = {(one["metadata"]["namespace"], "edge"): one for one in self.objects.get(kind, [])}
        state = self.states.get(kind, "live")
        as_of = datetime.now(UTC) if state == "live" else None
        return Snapshot(kind, found, 1, as_of, state)


def made(**metadata: Any) -> Obj:
    return {"kind": "Gateway", "metadata": {"namespace": "shop", "name": "edge", **metadata}}


def bundles(*gateways: Obj, bundle: bool = False, **states: State) -> Bundles:
    found = {"gateways": list(gateways), "gatewaybundles": [made()] if bundle else []}
    fleet = cast(Fleet, Api(found, states))
    nothing: Any = None
    return Bundles(fleet, _Looking(fleet), cast(Changes, nothing))


class _Looking(Resources):
    """Only looks up: nothing prepares rows here."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet


CHILD = made(labels={LABEL: "edge"})


def test_a_child_is_of_its_bundle_and_others_are_nobodys() -> None:
    assert bundles(CHILD, bundle=True).of_gateway(CONSOLE, *PLACE)
    assert bundles(bundle=True).of_gateway(CONSOLE, *PLACE)
    assert bundles(made(), bundle=True).of_gateway(CONSOLE, *PLACE) is None
    assert bundles(CHILD).of_gateway(CONSOLE, *PLACE) is None


@pytest.mark.parametrize("state", ["loading", "stale", "denied"])
def test_a_child_whose_bundle_is_not_known_is_not_nobodys(state: State) -> None:
    for service in (
        bundles(CHILD, gatewaybundles=state),
        bundles(gatewaybundles=state, gateways=state),
    ):
        with pytest.raises(Unavailable):
            service.of_gateway(CONSOLE, *PLACE)
    assert bundles(made(), gatewaybundles=state).of_gateway(CONSOLE, *PLACE) is None
    assert bundles(CHILD, gatewaybundles="absent").of_gateway(CONSOLE, *PLACE) is None


@pytest.mark.parametrize("gateway", [made(), made(annotations={ADOPT: "other"})])
def test_a_gateway_of_somebody_else_is_in_the_way_of_a_new_bundle(gateway: Obj) -> None:
    with pytest.raises(Conflict) as refused:
        bundles(gateway).require_free(CONSOLE, *PLACE)
    assert f"{ADOPT}: edge" in refused.value.message


@pytest.mark.parametrize(
    "gateways",
    [
        (),
        (made(annotations={ADOPT: "edge"}),),
        (made(annotations={OWNER: "GatewayBundle/shop/edge"}),),
    ],
)
def test_one_that_it_may_take_is_not(gateways: tuple[Obj, ...]) -> None:
    bundles(*gateways).require_free(CONSOLE, *PLACE)
