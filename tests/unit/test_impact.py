"""Promise: what a change does to traffic is told to each person within their limits, and a saved
request that would go elsewhere is named."""

from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet, Member
from services.configdb.database import Database
from services.configdb.saved_requests import SavedRequests
from services.errors import NotFound, Unavailable
from services.gatewayapi.impact import Impacts
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.models import Models
from tests.unit.modelled import gateway, made, model, parent, route, service

ANYWHERE = Identity("all", Role.OPERATOR)
IN_SHOP = Identity("one", Role.OPERATOR, namespaces=frozenset({"shop"}))


def unreachable() -> Any:
    raise Unavailable("There is no cluster in this test.")


class Known(Models):
    """Of any cluster the model that is given."""

    def __init__(self, held: Model) -> None:
        super().__init__()
        self._held = held

    def of(self, cluster: Any) -> Model:
        return self._held


def app(backend: str, place: str = "shop/app", path: str = "/") -> Object:
    refs = [{"name": backend, "port": 80}]
    rules = [{"matches": [{"path": {"value": path}}], "backendRefs": refs}]
    return route(place, parent(), hostnames=["a.example.com"], rules=rules)


@pytest.fixture
def saved(db: Database) -> SavedRequests:
    return SavedRequests(db)


@pytest.fixture
def impacts(saved: SavedRequests) -> Impacts:
    held = model(
        gateway(),
        service("shop/a"),
        service("shop/b"),
        service("infra/c"),
        app("a"),
        app("c", "infra/other", "/c"),
        unread=frozenset({"endpointslices"}),
    )
    return Impacts(Fleet([Member("web", unreachable)]), Known(held), saved)


def test_what_breaks_is_an_issue_and_moves_requests(impacts: Impacts) -> None:
    found = impacts.of(ANYWHERE, "web", put=[app("none")])
    (issue,) = found.introduced
    assert (issue.ref.name, issue.reason) == ("app", "BackendNotFound")
    assert [one.after.status for one in found.moved if one.after] == [500]
    assert (found.fixed, found.hidden, found.whole) == ((), 0, True)
    told = found.document()
    assert told["introduced"][0]["message"] == issue.message
    assert told["moved"][0]["before"]["backends"][0]["name"] == "a"
    back = impacts.of(ANYWHERE, "web", put=[app("b")])
    assert not back.introduced
    assert [one.after.backends[0].ref.name for one in back.moved if one.after] == ["b"]


def test_that_nobody_has_looked_at_a_change_yet_is_no_issue_of_it(saved: SavedRequests) -> None:
    looked = {"type": "Accepted", "status": "True", "observedGeneration": 3}
    status = {"parents": [{"parentRef": {"name": "edge"}, "conditions": [looked]}]}
    live = {**app("a"), "status": status}
    live["metadata"] = {**live["metadata"], "generation": 3}
    fresh = {**app("b"), "status": status}
    fresh["metadata"] = {**fresh["metadata"], "generation": 4}
    held = model(
        gateway(), service("shop/a"), service("shop/b"), live, unread=frozenset({"endpointslices"})
    )
    impacts = Impacts(Fleet([Member("web", unreachable)]), Known(held), saved)
    assert not impacts.of(ANYWHERE, "web", put=[fresh]).introduced


def test_a_policy_by_which_no_backend_can_be_trusted_moves_requests(impacts: Impacts) -> None:
    refs = [{"group": "", "kind": "ConfigMap", "name": "absent"}]
    spec = {
        "targetRefs": [{"group": "", "kind": "Service", "name": "a"}],
        "validation": {"hostname": "a.example.com", "caCertificateRefs": refs},
    }
    found = impacts.of(ANYWHERE, "web", put=[made("BackendTLSPolicy", "shop/tls", spec)])
    assert [one.after.status for one in found.moved if one.after] == [500]
    assert "NoValidCACertificate" in {one.reason for one in found.introduced}


def test_what_is_elsewhere_is_counted_and_not_told(impacts: Impacts) -> None:
    """The gateway is in a namespace that this person may not see, and so is another route."""
    found = impacts.of(IN_SHOP, "web", put=[app("none")])
    assert [one.ref.name for one in found.introduced] == ["app"]
    assert (found.moved, found.hidden) == ((), 1)
    gone = impacts.of(IN_SHOP, "web", removed=[Ref("Service", "infra", "c")])
    assert (gone.introduced, gone.moved) == ((), ())
    assert gone.hidden == 2


def test_a_saved_request_that_goes_elsewhere_is_named(
    impacts: Impacts, saved: SavedRequests
) -> None:
    request = {"host": "a.example.com", "path": "/any"}
    saved.add(CONSOLE, "web", ("infra", "gw"), "start page", request, {"outcome": "backend"})
    unread = {"host": "a.example.com", "port": "not a port"}
    saved.add(CONSOLE, "web", ("infra", "gw"), "cannot be read", unread, {})
    (one,) = impacts.of(ANYWHERE, "web", put=[app("b")]).saved
    assert one.name == "start page"
    assert one.before
    assert one.after
    assert [share.ref.name for share in one.before.backends] == ["a"]
    assert [share.ref.name for share in one.after.backends] == ["b"]
    assert impacts.of(ANYWHERE, "web", put=[app("c", "infra/other", "/d")]).saved == ()
    (left,) = impacts.of(ANYWHERE, "web", removed=[Ref("Gateway", "infra", "gw")]).saved
    assert left.after is None


def test_kinds_that_no_model_knows_concern_no_traffic(impacts: Impacts) -> None:
    assert not impacts.of(ANYWHERE, "web", put=[made("Node", "worker")]).concerned
    with pytest.raises(NotFound):
        impacts.of(ANYWHERE, "nowhere", put=[app("a")])


def test_what_is_not_read_is_said(saved: SavedRequests) -> None:
    held = model(gateway(), app("a"), unread=frozenset({"services", "endpointslices"}))
    impacts = Impacts(Fleet([Member("web", unreachable)]), Known(held), saved)
    assert impacts.of(ANYWHERE, "web", put=[app("b")]).unread == ("services",)
