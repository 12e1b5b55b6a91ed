"""The demo fleet: three clusters served by this process, seeded, with an NGF stand-in at work.

It is a fleet like any other to the rest of the console: kubeconfigs, TLS, tokens, watches. What it
shows is invented, and says so; nothing of it is ever mixed with a real fleet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from services.clusters.fleet import Fleet, Member
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.demo.ngf import StandIn
from services.demo.seed.objects import Obj
from services.demo.seed.others import gpu, hub
from services.demo.seed.web import web
from services.demo.seed.workloads import scheduled
from services.kube.connection import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """One demo cluster: what people call it, where it is, what it holds."""

    name: str
    display_name: str
    region: str
    environment: str
    seed: Callable[[], Iterable[Obj]]


PLACES = (
    Place("hub-fra", "hub-fra", "Frankfurt", "production", hub),
    Place("web-fra", "web-fra", "Frankfurt", "production", web),
    Place("gpu-iad", "gpu-iad", "Ashburn", "gpu", gpu),
)


@dataclass(frozen=True, slots=True)
class DemoFleet:
    """The running clusters by name."""

    apis: dict[str, DemoApi] = field(default_factory=dict)
    stand_in: list[StandIn] = field(default_factory=list)

    def members(self) -> list[Member]:
        """The clusters as the fleet takes them."""
        return [
            Member(
                name=place.name,
                connect=partial(Connection.from_kubeconfig, self.apis[place.name].kubeconfig()),
                display_name=place.display_name,
                region=place.region,
                environment=place.environment,
                default=place.name == "web-fra",
            )
            for place in PLACES
        ]

    def stop(self) -> None:
        """End the stand-in, then the clusters."""
        for one in self.stand_in:
            one.stop()
        for api in self.apis.values():
            api.stop()


def start_demo() -> DemoFleet:
    """Seed and serve the clusters; returns when they answer."""
    started = DemoFleet()
    for place in PLACES:
        api = started.apis[place.name] = DemoApi(place.name, definitions())
        for obj in scheduled(place.seed()):
            _create(api, obj)
        api.start()
    stand_in = StandIn(Fleet.from_members(started.members()))
    stand_in.start()
    started.stand_in.append(stand_in)
    return started


def _create(api: DemoApi, obj: Obj) -> None:
    """Store an object; an Event learns the uid of what it is about, which comes before it."""
    if about := obj.get("involvedObject"):
        place = (about["apiVersion"], about["kind"], about["namespace"], about["name"])
        about["uid"] = api.store.get(*place)["metadata"]["uid"]
    api.store.create(obj)
