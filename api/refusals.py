"""Changes that are refused before a cluster is asked for them: the audit log has them, too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api.conditions import BasedOn
from api.guard import current_identity
from api.writes import WriteParams
from services.container import Container
from services.errors import ConsoleError, Invalid
from services.kube.changes import Changes
from services.kube.permission import Verb


@contextmanager
def on_record(
    changes: Changes, verb: Verb, place: tuple[str, str, str, str], query: WriteParams
) -> Iterator[None]:
    """Record what is raised within as the refusal of a change of a place (cluster, kind, namespace,
    name), unless only its plan is asked for."""
    try:
        yield
    except ConsoleError as error:
        if not query.dry_run:
            changes.refused(current_identity(), verb, *place, reason=query.reason, error=error)
        raise


def version_of(
    header: BasedOn,
    changes: Changes,
    verb: Verb,
    place: tuple[str, str, str, str],
    query: WriteParams,
    otherwise: str | None = None,
) -> str:
    """The version that a change of a place is based on; one that cannot be is a refusal."""
    with on_record(changes, verb, place, query):
        return header.version(otherwise or "")


def stack_to_change(
    container: Container,
    verb: Verb,
    cluster: str,
    pool: str,
    query: WriteParams,
    namespace: str | None = None,
) -> Mapping[str, Any]:
    """The stack of a pool that is to be changed; why there is none is recorded. Raises as
    :meth:`services.inference.stacks.Stacks.of_pool`."""
    who, (of, _, name) = current_identity(), pool.rpartition("/")
    try:
        return container.stacks.of_pool(who, cluster, pool, namespace)
    except ConsoleError as error:
        told = error
        if isinstance(error, Invalid):  # an entry without a namespace is for all: it names none
            told = Invalid("Several namespaces have a pool of this name.")
        space = namespace or of or str(error.details.get("namespace") or "")
        if not query.dry_run:
            place = cluster, "inferencepools", space, name
            container.changes.refused(who, verb, *place, reason=query.reason, error=told)
        raise
