"""Tests look at one fleet: what a file makes there goes at its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.auth.identity import CONSOLE
from services.gatewayapi.bundles import Bundles
from services.inference.stacks import Stacks
from services.listing import ListQuery


@contextmanager
def nothing_stays_of(service: Bundles | Stacks, cluster: str) -> Iterator[None]:
    """Delete what was not there before the block."""
    query = ListQuery(clusters=(cluster,), page_size=500)

    def there() -> set[tuple[str, str]]:
        return {(row["namespace"], row["name"]) for row in service.list(CONSOLE, query).items}

    before = there()
    yield
    for place in there() - before:
        service.delete(CONSOLE, cluster, *place)
