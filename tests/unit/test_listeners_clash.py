"""Promise: listeners of a draft are compared with each other only where there can be so many."""

from typing import Any

from services.gatewayapi.clashes import MOST, Clash, clashes
from tests.unit.modelled import model


def met(count: int) -> tuple[Clash, ...]:
    drafted: list[Any] = [{"name": "same", "port": 80, "protocol": "HTTP"}] * count
    return clashes(model(), ("web", "edge"), drafted, lambda _: True)


def test_every_pair_of_as_many_as_there_may_be_is_told() -> None:
    assert len(met(MOST)) == MOST * (MOST - 1) // 2


def test_more_than_the_server_takes_are_its_business() -> None:
    assert met(MOST + 1) == ()
