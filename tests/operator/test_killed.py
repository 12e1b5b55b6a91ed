"""Promise: wherever an operator is killed, the next one brings everything to the same end."""

import os
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from tests.operator import bundles
from tests.operator.replica import REAL, Replica, running
from tests.operator.wishes import (
    PLACES,
    install_ngf,
    make_consenting,
    place,
    stack_path,
    whole_bundle,
    whole_stack,
)
from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until
from tests.real.servers import client_of

ROUNDS = 25
"""Each changes a bundle and a stack: 50 reconciles."""
SEED = "NGF_CONSOLE_TEST_SEED"
pytestmark = [pytest.mark.compiled, pytest.mark.timeout(900)]


@pytest.fixture
def api(real_cluster: object) -> KubeApi:
    return client_of(real_cluster)  # type: ignore[arg-type]


@pytest.fixture
def chance() -> random.Random:
    seed = os.environ.get(SEED) or str(random.SystemRandom().randint(1, 10**9))
    print(f"{SEED}={seed} does the same again")
    return random.Random(seed)


def test_the_end_is_the_same_wherever_the_operator_was_killed(
    api: KubeApi, tmp_path: Path, chance: random.Random
) -> None:
    killed, calm = "killed", "calm"
    for name in (killed, calm):
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        api.post("/api/v1/namespaces", body).ok()
        make_consenting(api, f"{name}-secrets", name)
    install_ngf(api, killed)
    replica = Replica(api, tmp_path, killed, "one", "--leader-elect=false")
    cut_short = 0
    for bundle, stack in _wishes(chance, f"{killed}-secrets"):
        replica.start(REAL)
        _wish(api, bundles.path(killed), bundle)
        _wish(api, stack_path(killed), stack)
        reached = chance.randint(0, 10)
        wait_until(
            "so many children were applied, or all is done",
            lambda r=reached: _applied(replica) >= r or _is_done(api, killed),  # type: ignore[misc]
            60,
        )
        replica.kill()
        cut_short += not _is_done(api, killed)
    assert cut_short >= ROUNDS // 3, "most were done before they were killed"
    with running(replica, REAL):
        _wish(api, bundles.path(calm), _in(calm, bundle))
        _wish(api, stack_path(calm), _in(calm, stack))
        for namespace in (killed, calm):
            wait_until("all is done", lambda n=namespace: _is_done(api, n), 60)  # type: ignore[misc]
        try:
            wait_until("nothing is left over", lambda: not _difference(api, killed, calm), 60)
        except AssertionError:
            print(_difference(api, killed, calm))
            raise


def _difference(api: KubeApi, one: str, other: str) -> list[Obj]:
    """What ends differently, as it is in both namespaces."""
    ends = _end(api, one), _renamed(_end(api, other), other, one)
    return [
        {name: [end.get(name) for end in ends]}
        for name in sorted(ends[0].keys() | ends[1].keys())
        if ends[0].get(name) != ends[1].get(name)
    ]


def _wishes(chance: random.Random, secrets: str) -> Iterator[tuple[Obj, Obj]]:
    """Each changes nearly every child, and leaves some out."""
    for number in range(ROUNDS):
        bundle, stack = whole_bundle("web", secrets), whole_stack("m", "web")
        spec = bundle["spec"]
        spec["listeners"][0]["port"] = 1000 + number
        spec["nginxProxy"]["workerConnections"] = 1000 + number
        spec["snippetsFilter"]["serverSnippet"] = f"# {number}"
        spec["tls"]["certManager"]["dnsNames"] = [f"n{number}.example"]
        _leave_out(chance, spec, "snippetsFilter", "nginxProxy")
        spec = stack["spec"]
        spec["pool"]["maxReplicas"] = 3 + number
        spec["epp"] |= {
            "logLevel": number % 6,
            "failureMode": ("FailOpen", "FailClose")[number % 2],
        }
        spec["modelServer"]["args"] = [f"--seed={number}"]
        spec["httpRoute"]["hostnames"] = [f"n{number}.example"]
        _leave_out(chance, spec, "autoscaling", "distributedCloud")
        del spec["dcgm"]  # one is enough for a cluster: the calm stack would adopt the other's
        yield bundle, stack


def _leave_out(chance: random.Random, spec: Obj, *sections: str) -> None:
    for section in sections:
        if chance.random() < 0.3:
            del spec[section]


def _wish(api: KubeApi, collection: str, obj: Obj) -> None:
    where = f"{collection}/{obj['metadata']['name']}"
    live = api.get(where)
    if live.status == 404:
        api.post(collection, obj).ok()
        return
    changed = {**live.body, "spec": obj["spec"]}
    api.put(where, changed).ok()


def _in(namespace: str, obj: Obj) -> Obj:
    made: Obj = _renamed(deepcopy(obj), "killed", namespace)
    return made


def _children(api: KubeApi, namespace: str) -> Iterator[Obj]:
    for kind in PLACES:
        for where in (namespace, f"{namespace}-secrets"):
            answer = api.get(place(kind, where), labelSelector="app.kubernetes.io/managed-by")
            for obj in answer.ok()["items"]:
                yield {**obj, "kind": kind}


def _applied(replica: Replica) -> float:
    return replica.metric("ngf_console_operator_api_requests_total", verb="apply")


def _parents(api: KubeApi, namespace: str) -> list[Obj]:
    paths = (bundles.path(namespace, "web"), stack_path(namespace, "m"))
    return [api.get(where).ok() for where in paths]


def _is_done(api: KubeApi, namespace: str) -> bool:
    """Whether both were reconciled in their latest generation."""
    return all(
        (parent.get("status") or {}).get("observedGeneration") == parent["metadata"]["generation"]
        for parent in _parents(api, namespace)
    )


def _end(api: KubeApi, namespace: str) -> Obj:
    """Everything that the operator has a say in, without what differs by nature."""
    found: Obj = {}
    for obj in _children(api, namespace):
        about = obj["metadata"]
        own = {
            key: value
            for key, value in (about.get("annotations") or {}).items()
            if "deployment" not in key and "deprecated" not in key and "spec-hash" not in key
        }
        owners = [each["name"] for each in about.get("ownerReferences") or ()]
        rest = {key: obj[key] for key in ("data", "rules", "subjects", "roleRef") if key in obj}
        spec = {
            key: value for key, value in (obj.get("spec") or {}).items() if "clusterIP" not in key
        }
        found[f"{obj['kind']} {about['namespace']}/{about['name']}"] = [
            *(about.get("labels"), own, owners, rest, spec),
        ]
    for parent in _parents(api, namespace):
        status = parent["status"]
        found[parent["kind"]] = {
            "phase": status["phase"],
            "drift": status["drift"],
            "children": [
                {key: row[key] for key in row if key not in ("since", "specHash")}
                for row in status["children"]
            ],
            "conditions": [
                {key: each[key] for key in ("type", "status", "reason", "message")}
                for each in status["conditions"]
            ],
        }
    return found


def _renamed(value: object, old: str, new: str) -> Obj:
    """The same with another name of the namespace."""
    if isinstance(value, dict):
        return {str(_renamed(k, old, new)): _renamed(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(each, old, new) for each in value]  # type: ignore[return-value]
    return value.replace(old, new) if isinstance(value, str) else value  # type: ignore[return-value]
