"""The operator with a small recipe of its own, started like the real one.

A GatewayBundle wants a ConfigMap for each listener, in the namespace that its annotation
``copy-to`` names where it has one, and a Widget where it is labelled ``widget``. It is a program of
its own and no test.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "operator"))

from ngf_operator.names import BUNDLE
from ngf_operator.running import main
from ngf_operator.wanting import CHILDREN, Child, Lack, Obj, Reads, Recipe, Wanted, World

WIDGETS = "widgets.example.com"


def wanted(parent: Obj, world: World) -> Wanted:
    """The children of one bundle."""
    found = tuple(_wanted(parent, world))
    children = tuple(each for each in found if isinstance(each, Child))
    return Wanted(children, tuple(each for each in found if isinstance(each, Lack)))


def _wanted(parent: Obj, world: World) -> Iterator[Child | Lack]:
    about = parent["metadata"]
    namespace = (about.get("annotations") or {}).get("copy-to") or about["namespace"]
    for listener in parent["spec"].get("listeners") or ():
        yield Child("SettingsKept", settings(about["name"], namespace, listener))
    if "widget" in (about.get("labels") or {}):
        version = world.served(WIDGETS, "Widget")
        if version is None:
            said = "The cluster has no Widgets. Install their definition."
            yield Lack("WidgetKept", "Widget", about["name"], namespace, "CRDNotInstalled", said)
        else:
            where = {"name": about["name"], "namespace": about["namespace"]}
            widget = {"apiVersion": version, "kind": "Widget", "metadata": where, "spec": {"a": 1}}
            yield Child("WidgetKept", widget)


def settings(bundle: str, namespace: str, listener: Obj) -> Obj:
    """The ConfigMap of one listener."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{bundle}-{listener['name']}", "namespace": namespace},
        "data": {"port": str(listener["port"]), "protocol": listener["protocol"]},
    }


RECIPE = Recipe(
    BUNDLE,
    wanted,
    (
        Reads("", "ConfigMap", ("v1",), CHILDREN),
        Reads(WIDGETS, "Widget", ("v1",), CHILDREN),
    ),
)

if __name__ == "__main__":
    sys.exit(main(None, (RECIPE,)))
