"""How soon the operator heals a child of every kind on the real API server, after it was deleted
and after it was edited, as a ratio to one server-side apply of the same object by hand.

It needs the compiled control plane (``./test --all`` builds it).
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "operator"))

from services.demo.api.patches import copied, merge
from tests.operator import bundles
from tests.operator.replica import REAL, Replica, running
from tests.operator.test_every_child import BUNDLE, STACK
from tests.operator.wishes import (
    install_ngf,
    make_consenting,
    place,
    stack_path,
    whole_bundle,
    whole_stack,
)
from tests.real import definitions
from tests.real.controlplane import Obj
from tests.real.kube_api import APPLY_PATCH, MERGE_PATCH, KubeApi, wait_until
from tests.real.servers import client_of, compiled_server

NAMESPACE, SECRETS = "healing", "healing-secrets"
TIMER_OFF = "--interval=3600"


def children(api: KubeApi) -> Iterator[tuple[str, str, Obj]]:
    """Kind, path and an edit of every child, once all of them are there."""
    for parent, expected in (
        (bundles.path(NAMESPACE, "web"), BUNDLE),
        (stack_path(NAMESPACE, "m"), STACK),
    ):
        for kind, name, edit in expected:
            where = SECRETS if kind == "ReferenceGrant" else NAMESPACE
            path = place(kind, where, name.format(namespace=NAMESPACE))
            wait_until(f"{kind} of {parent}", lambda p=path: api.get(p).status == 200, 60)
            yield kind, path, edit


def took(act: Callable[[], object], done: Callable[[], bool]) -> float:
    """Seconds from ``act`` until ``done``."""
    started = time.perf_counter()
    act()
    wait_until("healed", done, 60)
    return time.perf_counter() - started


def deleted(api: KubeApi, path: str) -> float:
    """Seconds until another object stands in the place of a deleted one."""
    uid = api.get(path).ok()["metadata"]["uid"]

    def there() -> bool:
        live = api.get(path)
        return live.status == 200 and live.body["metadata"]["uid"] != uid

    return took(lambda: api.delete(path).ok(), there)


def edited(api: KubeApi, path: str, edit: Obj) -> float:
    """Seconds until nothing is left of an edit."""

    def undone() -> bool:
        live = api.get(path).ok()
        return bool(merge(copied(live), copied(edit)) != live)

    return took(lambda: api.patch(path, edit, MERGE_PATCH, fieldManager="somebody").ok(), undone)


def applied(api: KubeApi) -> float:
    """Seconds of one apply by hand, seen by a get."""
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/plain"
    obj: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain"}}
    act = {"fieldManager": "bench", "force": "true"}
    return took(
        lambda: api.patch(path, obj, APPLY_PATCH, **act).ok(), lambda: api.get(path).status == 200
    )


def main() -> None:
    """Print a line for each child, then the slowest."""
    with compiled_server(definitions.for_tests(), controllers=False) as plane:
        api = client_of(plane)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        api.post("/api/v1/namespaces", body).ok()
        make_consenting(api, SECRETS, NAMESPACE)
        install_ngf(api, NAMESPACE)
        api.post(bundles.path(NAMESPACE), whole_bundle("web", SECRETS)).ok()
        api.post(stack_path(NAMESPACE), whole_stack("m", "web")).ok()
        flags = ("--leader-elect=false", TIMER_OFF)
        with running(Replica(api, Path(tempfile.mkdtemp()), NAMESPACE, "bench", *flags), REAL):
            known = list(children(api))
            plain = min(applied(api) for _ in range(5))
            worst = 0.0
            for kind, path, edit in known:
                gone, wrong = deleted(api, path), edited(api, path, edit)
                worst = max(worst, gone, wrong)
                ratios = f"{gone / plain:.0f} and {wrong / plain:.0f} applies"
                print(f"{kind:24} deleted {gone:.2f} s, edited {wrong:.2f} s ({ratios})")
            print(f"the slowest: {worst:.2f} s")


if __name__ == "__main__":
    main()
