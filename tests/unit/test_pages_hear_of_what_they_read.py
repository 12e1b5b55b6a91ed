"""Promise: a page is told of every change that may change it: the kinds it listens to are those its
services read."""

import pytest

from components import reads
from components.detail import TABS
from components.kinds import ROUTE_KINDS
from components.policy_kinds import POLICIES
from services.gatewayapi.policies import rows


def test_every_page_of_one_object_listens_to_something() -> None:
    assert reads.OBJECT.keys() == TABS.keys()


@pytest.mark.parametrize("kind", POLICIES)
def test_the_page_of_a_policy_listens_to_all_that_its_row_speaks_of(kind: str) -> None:
    assert set(reads.OBJECT[kind]) == {*rows.READS, "events"}


@pytest.mark.parametrize("kind", ROUTE_KINDS)
def test_the_page_of_a_route_listens_to_all_that_decides_where_it_leads(kind: str) -> None:
    judged = set(reads.DRAFT) - {"gatewayclasses"}
    assert judged <= set(reads.OBJECT[kind])
