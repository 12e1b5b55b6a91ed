"""Carries the compiled matches of a gateway from one model to the next."""

from collections.abc import Iterable

from services.gatewayapi.matching.tables import Tables
from services.gatewayapi.model.attachment import Attachment
from services.gatewayapi.model.compiled import Compiled, attached_of
from services.gatewayapi.model.names import Key, Ref


def carried(
    tables: Tables, gateway: Key, before: Compiled, after: Compiled, routes: Iterable[Ref]
) -> Tables:
    """The tables of ``gateway`` after a change that concerns ``routes`` at most.

    A listener that changed in what matching does not ask for leaves them as they are.
    """
    removed: list[Attachment] = []
    added: list[Attachment] = []
    for ref in routes:
        was, now = (list(attached_of(end, gateway, ref)) for end in (before, after))
        if before.routes.get(ref) is not after.routes.get(ref):
            removed += was
            added += now
        elif not _alike(was, now):
            removed += _without(was, now)
            added += _without(now, was)
    if not removed and not added:
        return tables
    return tables.changed(removed, added, before.routes, after.routes)


def _without(some: list[Attachment], others: list[Attachment]) -> list[Attachment]:
    """Those of ``some`` that are not among ``others`` in what matching asks for."""
    there = {(one.listener.id, one.hostnames) for one in others}
    return [one for one in some if (one.listener.id, one.hostnames) not in there]


def _alike(was: list[Attachment], now: list[Attachment]) -> bool:
    return len(was) == len(now) and all(
        one.listener.id == other.listener.id and one.hostnames == other.hostnames
        for one, other in zip(was, now, strict=True)
    )
