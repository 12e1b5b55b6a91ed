"""Decide which clusters the console works on, before anything is served.

The demo is asked for and never a fallback. What cannot work ends here with a sentence on standard
error, so that a start either serves or says why not.
"""

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from services.clusters import file
from services.clusters.fleet import SINGLE, Fleet
from services.clusters.reach import Connect, first_reachable
from services.clusters.registry import Registry
from services.errors import Invalid
from services.settings import BadOption, BadSettings, Settings


def choose(settings: Settings) -> Callable[[], Fleet] | None:
    """How to make the fleet in the serving process, or None after saying what was tried in vain.

    Raises BadSettings.
    """
    default = settings.multicluster_default
    if settings.demo:
        from services.demo.fleet import PLACES

        _check_default(default, (place.name for place in PLACES))
        return partial(demo, default)
    if settings.clusters_config:
        _check_default(default, (entry.name for entry in _entries(settings.clusters_config)))
        return partial(file.from_file, settings.clusters_config, default)
    if not settings.multicluster:
        _check_default(default, [SINGLE])
    connect, attempts = first_reachable(settings.kubeconfig, os.environ, Path.home())
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


def demo(default: str = "") -> Fleet:
    """The built-in fleet, its Kubernetes APIs served by threads of this process."""
    from services.demo.fleet import start_demo

    return Fleet.from_members(start_demo().members(), default)


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
        rule = f"there is no such cluster; there is {', '.join(known)}"
        raise BadSettings(BadOption("--multicluster-default", default, rule))
