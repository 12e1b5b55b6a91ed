"""What the offline commands cost: reading manifests, judging them, a request, a form's keystroke.

``python tests/bench/bench_offline.py [ROUTES]``: HTTPRoutes of one gateway in one file, with their
Services. Times are of the processor, the best of several, each beside what the standard library
takes to read the same objects from JSON in the same run; the ratios travel between machines, the
milliseconds do not. Promised for 10,000 routes: what a change brings is known within 100 ms.
"""

import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.gatewayapi import manifests
from services.gatewayapi.changing import changed
from services.gatewayapi.difference import difference
from services.gatewayapi.issues import issues
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.statuses import statuses

ROUTES = 10_000
SERVICES = 100
HOSTS = 5
"""Routes that share a host."""
REQUESTS = 1000
EDGE = ("shop", "edge")


def objects(routes: int) -> list[dict[str, Any]]:
    """A Gateway, its routes and their Services."""
    api = "gateway.networking.k8s.io/v1"
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    found = [_made(api, "Gateway", "edge", gatewayClassName="nginx", listeners=listeners)]
    for n in range(routes):
        rule = {
            "matches": [{"path": {"type": "PathPrefix", "value": f"/r{n}"}}],
            "backendRefs": [{"name": f"s{n % SERVICES}", "port": 80}],
        }
        found.append(
            _made(
                api,
                "HTTPRoute",
                f"r{n}",
                parentRefs=[{"name": "edge"}],
                hostnames=[f"h{n // HOSTS}.example.com"],
                rules=[rule],
            )
        )
    found += [_made("v1", "Service", f"s{n}", ports=[{"port": 80}]) for n in range(SERVICES)]
    return found


def _made(api_version: str, kind: str, name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def best(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the processor, of the quickest of several."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main(routes: int) -> None:
    """Print what each step costs."""
    text = "\n".join(json.dumps(one) for one in objects(routes))
    whole = json.dumps(objects(routes))
    measure = best(lambda: json.loads(whole))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.json"
        path.write_text(text)
        reading = best(lambda: manifests.read([str(path)]), 1)
        read = manifests.read([str(path)])
    model = Model.build(read.world)
    model.tables(EDGE)
    asked = [
        parse({"host": f"h{n // HOSTS}.example.com", "path": f"/r{n}/x"})
        for n in range(0, routes, max(1, routes // REQUESTS))
    ]
    ref = Ref("HTTPRoute", "shop", "r7")
    obj = copy.deepcopy(dict(model.routes[ref].obj))
    obj["spec"]["rules"][0]["backendRefs"][0]["name"] = "nowhere"
    told = {
        "read and check their shape": reading,
        "compile": best(lambda: Model.build(read.world)),
        "all issues": best(lambda: issues(model)),
        "all statuses": best(lambda: statuses(model)),
        "answer a request": best(lambda: [simulate(model, EDGE, one).document() for one in asked])
        / len(asked),
        "what a change brings": best(lambda: difference(model, changed(model, [obj]), [ref])),
    }
    print(f"{routes} routes; reading their JSON with the standard library {measure * 1e3:.1f} ms")
    for what, seconds in told.items():
        print(f"{what:28} {seconds * 1e3:10.2f} ms  {seconds / measure:8.3f} times that")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUTES)
