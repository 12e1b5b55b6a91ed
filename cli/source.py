"""Decide which clusters the console works on, before anything is served.

The demo is asked for and never a fallback. What cannot work ends here with a sentence on standard
error, so that a start either serves or says why not.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.clusters.file import from_file
from services.clusters.fleet import Fleet
from services.clusters.reach import first_reachable
from services.errors import ConsoleError, Invalid
from services.settings import Settings


def choose(settings: Settings) -> Callable[[], Fleet] | None:
    """How to make the fleet in the serving process, or None after saying why there is none."""
    if settings.demo:
        return demo
    if settings.multicluster:
        _refuse("--multicluster: this build has no ManagedCluster support yet")
        return None
    if settings.clusters_config:
        try:
            from_file(settings.clusters_config)
        except ConsoleError as error:
            _refuse(f"--clusters-config={settings.clusters_config}: {_sentence(error)}")
            return None
        return partial(from_file, settings.clusters_config)
    connect, attempts = first_reachable(settings.kubeconfig, os.environ, Path.home())
    if connect is None:
        tried = "\n".join(f"  {attempt.source}: {attempt.problem}" for attempt in attempts)
        _refuse(f"no Kubernetes API answers. Tried:\n{tried}\nTo look around: ./run --demo")
        return None
    return partial(Fleet.single, connect)


def demo() -> Fleet:
    """The built-in fleet, its Kubernetes APIs served by threads of this process."""
    from services.demo.fleet import start_demo

    return Fleet.from_members(start_demo().members())


def _sentence(error: ConsoleError) -> str:
    fields = error.details.get("fields", []) if isinstance(error, Invalid) else []
    return "; ".join([error.message, *(f"{part['field']}: {part['rule']}" for part in fields)])


def _refuse(why: str) -> None:
    print(f"ngf-console: {why}", file=sys.stderr)
