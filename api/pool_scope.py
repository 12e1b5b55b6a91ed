"""Which pools a request about inference means, within what its sender may see."""

from typing import Any

from pydantic import BaseModel, Field

from api.guard import current_identity
from api.openapi import Tree, cluster_of
from services.container import Container
from services.inference.provider import Asked
from services.telemetry.windows import RULE, Window

POOL = "A name, or namespace/name where several namespaces have one of that name"
POOL_LENGTH = 320
"""Characters: those of a namespace, a slash and a name fit."""
RANGE: Any = Field("1h", max_length=80, description=f"It {RULE}")


class PoolPath(Tree):
    """One pool by its name."""

    pool: str = Field(min_length=1, max_length=253, description="Name of the pool")


class RangeParams(BaseModel):
    """When."""

    range: str = RANGE


class OfPoolParams(RangeParams):
    """Which pool, and when."""

    pool: str = Field(min_length=1, max_length=POOL_LENGTH, description=POOL)


class AnyPoolParams(RangeParams):
    """Of which pool, and when."""

    pool: str = Field("", max_length=POOL_LENGTH, description=f"{POOL}; empty: all together")


class NamespaceParams(RangeParams):
    """In which namespace the pool of the path is, and when."""

    namespace: str = Field(
        "", max_length=63, description="Needed where several namespaces have a pool of that name"
    )


def asked_of(container: Container, path: Tree, pool: str = "", namespace: str = "") -> Asked:
    """The pools that are meant; ``pool`` may name its namespace. Raises NotFound for a cluster
    that is not there, or not for this identity."""
    who = current_identity()
    cluster = container.fleet.visible(who, cluster_of(path, container.fleet))
    of, _, name = pool.rpartition("/")
    seen = None if who.namespaces is None else tuple(sorted(who.namespaces))
    return Asked((cluster.name,), seen, name, namespace or of)


def checked(container: Container, asked: Asked) -> None:
    """Raise NotFound where the one pool asked for is not there, Invalid where there are several:
    what is added up without a namespace would be of both."""
    if asked.pool:
        container.metrics.get_pool(asked)


def window_of(query: RangeParams) -> Window:
    """The range of a request. Raises Invalid, which names ``range``."""
    return Window.parse(query.range)
