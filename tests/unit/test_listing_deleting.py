"""Promise: whatever is on its way out says so wherever it is listed or counted, not what its
conditions said before."""

import pytest

from services.auth.identity import CONSOLE
from services.gatewayapi.attachments import ROUTE_KINDS
from services.listing import ListQuery
from tests.unit.test_listing_freshness import Known, resources


@pytest.mark.parametrize("kind", ["gateways", "gatewayclasses", *ROUTE_KINDS])
def test_every_kind_of_object_is_shown_as_deleting(kind: str) -> None:
    metadata = {"name": "held", "namespace": "shop", "resourceVersion": "1"}
    going = {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["example.com/hold"]}
    accepted = {"conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted"}]}
    obj = {"metadata": metadata | going, "spec": {}, "status": accepted}
    model = resources(Known({kind: [obj]}))
    [row] = model.list(CONSOLE, kind, ListQuery()).items
    assert (row["status"], row["status_word"], row["reason"]) == (
        "info",
        "Deleting",
        "example.com/hold",
    )
    assert model.summary(CONSOLE)["web"][kind] == {"deleting": 1}
    assert not model.problems(CONSOLE)
