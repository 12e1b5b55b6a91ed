"""Decide which clusters the console works on, before anything is served.

The demo is asked for and never a fallback. What cannot work ends here with a sentence on standard
error, so that a start either serves or says why not.
"""

import os
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from services.clusters import file
from services.clusters.fleet import SINGLE, Fleet
from services.clusters.reach import Connect, first_reachable
from services.clusters.registry import Registry
from services.demo.faults import Fault
from services.errors import Invalid
from services.settings import BadOption, BadSettings, Settings

if TYPE_CHECKING:
    from services.demo.places import Place

FILES_A_CLUSTER = 36
"""Files that a site of the demo keeps open: both ends of its watches and probes, its socket."""
NAMED = 8
"""Clusters named where one is not among them; a fleet may have hundreds."""


def choose(settings: Settings) -> Callable[[], Fleet] | None:
    """How to make the fleet in the serving process, or None after saying what was tried in vain.

    Raises BadSettings.
    """
    default = settings.multicluster_default
    if settings.demo:
        from services.demo.places import places

        chosen = places(settings.demo_clusters, settings.demo_routes)
        names = [place.name for place in chosen]
        _check_default(default, names)
        _check_faults(settings.demo_fault, names)
        _check_files(settings)
        return partial(demo, settings, chosen)
    if settings.clusters_config:
        _check_default(default, (entry.name for entry in _entries(settings.clusters_config)))
        return partial(
            file.from_file,
            settings.clusters_config,
            default,
            allow_http=settings.allow_http_clusters,
        )
    if not settings.multicluster:
        _check_default(default, [SINGLE])
    connect, attempts = first_reachable(
        settings.kubeconfig, os.environ, Path.home(), allow_http=settings.allow_http_clusters
    )
    if connect is None:
        tried = "\n".join(f"  {attempt.source}: {attempt.problem}" for attempt in attempts)
        why = f"no Kubernetes API answers. Tried:\n{tried}\nTo look around: ./run --demo"
        print(f"ngf-console: {why}", file=sys.stderr)
        return None
    if settings.multicluster:
        return partial(managed, settings, connect)
    return partial(Fleet.single, connect)


def managed(settings: Settings, connect: Connect) -> Fleet:
    """The clusters of the hub's ManagedCluster objects, as they come and go."""
    fleet = Fleet(default=settings.multicluster_default)
    fleet.source = Registry(
        fleet,
        connect,
        settings.multicluster_namespace,
        allow_http=settings.allow_http_clusters,
    )
    return fleet


def demo(settings: Settings, chosen: Sequence["Place"]) -> Fleet:
    """The built-in fleet: its Kubernetes APIs, NGF and agents are threads of this process.

    The agents report to where ``settings`` say that the console listens. Traffic is made here and
    sent from here: it tells of clusters that this process plays. Operators are processes.
    """
    from services.demo.agents import DemoAgents
    from services.demo.fleet import start_demo
    from services.demo.operators import DemoOperators
    from services.demo.places import DEFAULT
    from services.demo.registered import NAMESPACE, register
    from services.demo.traffic.live import DemoTraffic

    running = start_demo(chosen, settings.demo_fault)
    tokens = register(chosen, running.apis)
    fleet = Fleet(default=settings.multicluster_default or DEFAULT)
    fleet.source = Registry(fleet, running.hub, NAMESPACE)
    agents = DemoAgents(running.apis, tokens, settings.own_url, fleet.source.wait_ready)
    agents.start()
    fleet.attendants += [agents, running]
    if settings.demo_operator:
        folder = settings.home / "operators"
        operators = DemoOperators(running.apis, folder, fleet.source.wait_ready)
        operators.start()
        fleet.attendants.insert(0, operators)
    if settings.demo_traffic:
        traffic = DemoTraffic(chosen, running.apis)
        fleet.feeds.append(traffic)
        fleet.attendants.insert(0, traffic)
    return fleet


def _entries(path: Path) -> list[file.Entry]:
    try:
        return file.read(path)
    except Invalid as error:
        raise BadSettings(
            *(
                BadOption("--clusters-config", str(path), _sentence(problem))
                for problem in error.details["fields"]
            )
        ) from error


def _sentence(problem: dict[str, str]) -> str:
    return ": ".join(filter(None, (problem["field"], problem["rule"])))


def _check_default(default: str, names: Iterable[str]) -> None:
    known = sorted(names)
    if default and default not in known:
        raise BadSettings(BadOption("--multicluster-default", default, _no_such(known)))


def _check_faults(faults: Iterable[Fault], names: Sequence[str]) -> None:
    problems = [
        BadOption("--demo-fault", str(fault), _no_such(names))
        for fault in faults
        if fault.cluster not in names
    ]
    problems += [
        BadOption("--demo-fault", str(fault), "the hub keeps the fleet; choose another cluster")
        for fault in faults
        if fault.cluster == names[0]
    ]
    problems += [
        BadOption("--demo-fault", name, "must be named once")
        for name, count in Counter(fault.cluster for fault in faults).items()
        if count > 1
    ]
    if problems:
        raise BadSettings(*problems)


def _check_files(settings: Settings) -> None:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = settings.demo_clusters * FILES_A_CLUSTER + settings.threads
    if allowed != resource.RLIM_INFINITY and needed > allowed:
        rule = f"needs {needed} open files, and this machine allows {allowed} (ulimit -Hn)"
        raise BadSettings(BadOption("--demo-clusters", str(settings.demo_clusters), rule))


def _no_such(known: Sequence[str]) -> str:
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return f"there is no such cluster; there is {', '.join(known[:NAMED])}{more}"
