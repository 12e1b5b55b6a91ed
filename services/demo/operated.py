"""Seeds what an operator keeps: parents, with their children as it would have made them long ago.

The operator's own builders say which children, its own words how they stand, and the controllers
play what has become of them since. So the operator finds them in step when it starts.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ngf_operator.applying import Applied
from ngf_operator.belonging import dressed, hash_of
from ngf_operator.builders import RECIPES
from ngf_operator.names import MANAGER
from ngf_operator.outcomes import Outcome, lacking, stands
from ngf_operator.standing import standing
from ngf_operator.statuses import status_of
from ngf_operator.wanting import Recipe

from services.demo.api import ApiError, DemoApi
from services.demo.api.seeding import Seeding
from services.demo.controllers.running import Controllers
from services.demo.ngf import judge
from services.demo.seed.objects import Obj
from services.kube.catalogue import KINDS
from services.kube.labels import selector
from services.operator_world import ALWAYS

_RECIPES = {recipe.parent: recipe for recipe in RECIPES}
SETTLED = 90.0
"""Seconds until everything of a parent has come to where it stays."""
ROUNDS = 3
"""Of controllers, NGF and garbage collection: each acts on what the others did."""


class StoreWorld:
    """The objects of a demo cluster; an ``ngf_operator.wanting.World``."""

    def __init__(self, store: Seeding) -> None:
        self._store = store

    def served(self, group: str, kind: str) -> str | None:
        """The apiVersion in which a kind is served; None where it is not installed."""
        known = [
            f"{group}/{version}" if group else version
            for one in KINDS.values()
            for its_group, version in one.candidates
            if (one.kind, its_group) == (kind, group)
        ]
        versions = [*known, *filter(None, [ALWAYS.get((group, kind))])]
        return next((one for one in versions if self._store.serves(one, kind)), None)

    def get(self, group: str, kind: str, namespace: str, name: str) -> Obj | None:
        """One object."""
        version = self.served(group, kind)
        try:
            return self._store.get(version, kind, namespace, name) if version else None
        except ApiError:
            return None

    def all(
        self, group: str, kind: str, namespace: str | None = None, labels: str = ""
    ) -> Iterator[Obj]:
        """Every object of a kind, of one namespace or of all, or of one selector."""
        chosen = selector(labels)
        if version := self.served(group, kind):
            for obj in self._store.all(version, kind, namespace or ""):
                if chosen(obj["metadata"].get("labels") or {}):
                    yield obj

    def denied(self, group: str, kind: str) -> str:
        """Nothing is denied."""
        return ""


def operate(api: DemoApi, parents: Iterable[Obj], controllers: Controllers) -> None:
    """Store ``parents`` and all that comes of them on a cluster that ``controllers`` follow."""
    for parent in parents:
        _operate(api, parent, controllers)


def _operate(api: DemoApi, parent: Obj, controllers: Controllers) -> None:
    store, world, recipe = api.store, StoreWorld(api.store), _RECIPES[parent["kind"]]
    live = store.create(parent)
    created = live["metadata"]["creationTimestamp"]
    begin = datetime.fromisoformat(created)
    for child in recipe.wanted(live, world).children:
        store.apply(dressed(live, child), manager=MANAGER, created=created)
    for number in range(ROUNDS):
        began = (begin + timedelta(seconds=number * SETTLED)).timestamp()
        controllers.settle(began, SETTLED)
        judge(store)
        api.settle()
    metadata = live["metadata"]
    place = live["apiVersion"], live["kind"], metadata["namespace"], metadata["name"]
    status = status_of(
        live,
        list(_outcomes(live, recipe, world)),
        now=f"{begin + timedelta(seconds=ROUNDS * SETTLED):%Y-%m-%dT%H:%M:%SZ}",
        acted=False,
        timer=True,
        requested=None,
        further=recipe.status(live, world),
    )
    store.patch_status(*place, status, manager=MANAGER)


def _outcomes(live: Obj, recipe: Recipe, world: StoreWorld) -> Iterator[Outcome]:
    wanted = recipe.wanted(live, world)
    for child in wanted.children:
        obj, metadata = child.obj, child.obj["metadata"]
        group = obj["apiVersion"].rpartition("/")[0]
        there = world.get(group, obj["kind"], metadata.get("namespace", ""), metadata["name"])
        applied = Applied("nothing", there, hash_of(there) if there else "")
        yield stands(child, applied, standing(obj, there, world))
    yield from map(lacking, wanted.lacks)
