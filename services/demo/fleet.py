"""The demo fleet: clusters served by this process, seeded, with an NGF stand-in at work.

It is a fleet like any other to the rest of the console: kubeconfigs, TLS, tokens, watches. What it
shows is invented, and says so; nothing of it is ever mixed with a real fleet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.clusters.fleet import Member
from services.demo.api import DemoApi
from services.demo.api.host import Host
from services.demo.controllers.every import EVERY
from services.demo.controllers.running import Controllers
from services.demo.faults import Fault
from services.demo.ngf import StandIn, judge
from services.demo.operated import operate
from services.demo.places import DEFAULT, HUB, PLACES, Place, Seed
from services.demo.seed.objects import Obj
from services.demo.seed.workloads import scheduled
from services.kube.connection import Connection


@dataclass(frozen=True, slots=True)
class DemoFleet:
    """The running clusters by name, and where each of them is."""

    places: Sequence[Place]
    host: Host = field(default_factory=Host)
    apis: dict[str, DemoApi] = field(default_factory=dict)
    stand_ins: list[StandIn | Controllers] = field(default_factory=list)

    def members(self) -> list[Member]:
        """The clusters as the fleet takes them."""
        return [
            Member(
                name=place.name,
                connect=partial(Connection.from_kubeconfig, self.apis[place.name].kubeconfig()),
                display_name=place.display_name,
                region=place.region,
                environment=place.environment,
                default=place.name == DEFAULT,
            )
            for place in self.places
        ]

    def hub(self) -> Connection:
        """The way to the cluster that keeps the others as ManagedClusters."""
        return Connection.from_kubeconfig(self.apis[HUB].kubeconfig())

    def stop(self) -> None:
        """End what plays controllers, then the clusters."""
        for one in self.stand_ins:
            one.stop()
        for api in self.apis.values():
            api.stop()
        self.host.stop()


def start_demo(places: Sequence[Place] = PLACES, faults: Iterable[Fault] = ()) -> DemoFleet:
    """Seed and serve the clusters; returns when they answer, but for those with a fault."""
    started = DemoFleet(places)
    faulty = {fault.cluster: fault for fault in faults}
    seeded: dict[Seed, DemoApi] = {}
    controllers = Controllers(EVERY)
    for place in places:
        fault = faulty.get(place.name)
        if fault and fault.delay is None:
            api = DemoApi(place.name, host=started.host)
            api.play_dead()
        else:
            delay = fault.delay if fault and fault.delay else 0.0
            api = _seeded(place, seeded, started.host, delay)
            controllers.follow(place.name, api.store)
            operate(api, place.parents(), controllers)
            api.start()
        started.apis[place.name] = api
    judging = StandIn({name: api.store for name, api in started.apis.items()})
    started.stand_ins.extend((judging, controllers))
    for one in started.stand_ins:
        one.start()
    return started


def _seeded(place: Place, seeded: dict[Seed, DemoApi], host: Host, delay: float) -> DemoApi:
    """A cluster with its objects, which are those of the first place with the same seed."""
    if place.seed in seeded:
        return DemoApi(place.name, like=seeded[place.seed], host=host, delay=delay)
    api = seeded[place.seed] = DemoApi(place.name, place.definitions(), host=host, delay=delay)
    for obj in scheduled(place.seed()):
        _create(api, obj)
    judge(api.store)
    api.settle()
    return api


def _create(api: DemoApi, obj: Obj) -> None:
    """Store an object; an Event learns the uid of what it is about, which comes before it."""
    if about := obj.get("involvedObject"):
        place = (about["apiVersion"], about["kind"], about["namespace"], about["name"])
        about["uid"] = api.store.get(*place)["metadata"]["uid"]
    api.store.create(obj)
