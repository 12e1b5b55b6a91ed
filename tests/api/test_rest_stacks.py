"""Promise: an InferenceStack over REST, and the pool, picker and autoscaling it makes, are read
whole and changed by what is named only; pools of one name in two namespaces are told apart."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.api.leftovers import nothing_stays_of

CLUSTER = "gpu-iad"
ROOT = f"/api/v1/clusters/{CLUSTER}"
STACKS, POOLS = f"{ROOT}/inference/stacks", f"{ROOT}/inference/pools"
_number = count(1)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(console: Console) -> Iterator[None]:
    with nothing_stays_of(console.container.stacks, CLUSTER):
        yield


SECTIONS: dict[str, Any] = {
    "modelName": "meta-llama/Llama-3.1-8B-Instruct",
    "servingBackend": "vllm",
    "pool": {
        "gpuType": "H100",
        "gpuCount": 1,
        "replicas": 2,
        "minReplicas": 1,
        "maxReplicas": 4,
        "selector": {"app": "adopted", "tier": "gpu"},
    },
    "epp": {
        "strategy": "composite",
        "weights": {"queueDepth": 50, "kvCache": 30, "prefixAffinity": 20},
        "replicas": 2,
    },
    "autoscaling": {
        "backend": "keda",
        "thresholds": [
            {"metric": "queue_depth", "target": 5},
            {"metric": "kv_cache_pct", "target": 80},
        ],
        "cooldownSeconds": 120,
        "serverAddress": "http://prometheus.monitoring.svc:9090",
    },
    "httpRoute": {"hostnames": ["llm.example.com"], "gatewayRef": "gpu-edge"},
    "dcgm": {"enabled": False},
}


def made(console: Console, namespace: str = "llm", **more: Any) -> dict[str, Any]:
    sent = {"name": f"rest-{next(_number)}", "namespace": namespace, **SECTIONS, **more}
    answer = console.ask("POST", STACKS, json=sent)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert {name: found[name] for name in sent} == sent
    return found


def place(stack: dict[str, Any]) -> str:
    return f"{STACKS}/{stack['namespace']}/{stack['name']}"


def again(console: Console, stack: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = console.ask("GET", place(stack)).json()
    return found


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("section", [*SECTIONS, "labels"])
def test_one_section_changes_and_all_others_stay(
    console: Console, method: str, section: str
) -> None:
    changes: dict[str, Any] = {
        "modelName": "another/model",
        "servingBackend": "sglang",
        "pool": {"maxReplicas": 8},
        "epp": {"weights": {"kvCache": 10}},
        "autoscaling": {"cooldownSeconds": 60},
        "httpRoute": {"pathPrefix": "/v1"},
        "dcgm": {"profiling": True},
        "labels": {"team": "llm"},
    }
    stack = made(console)
    answer = console.ask(method, place(stack), json={section: changes[section]})
    assert answer.status_code == 200, answer.text
    after = again(console, stack)
    assert after[section] != stack[section]
    for name in (*SECTIONS, "labels"):
        if name != section:
            assert after[name] == stack[name], name
    if section == "epp":
        weights = {"queueDepth": 50, "kvCache": 10, "prefixAffinity": 20}
        assert after["epp"] == {**SECTIONS["epp"], "weights": weights}


def test_what_was_read_can_be_sent_back(console: Console) -> None:
    stack = made(console)
    answer = console.ask("PUT", f"{place(stack)}?dryRun=true", json=again(console, stack))
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []


def test_deleting_hurrying_and_the_status(console: Console) -> None:
    stack = made(console)
    assert console.ask("POST", f"{place(stack)}/deploy").status_code == 200
    status = console.ask("GET", f"{place(stack)}/status").json()
    assert {"phase", "children", "conditions", "observedSpecHash"} <= set(status)
    gone = console.ask("DELETE", place(stack), params={"reason": "over"})
    assert (gone.status_code, gone.json()["name"]) == (200, stack["name"])
    assert console.ask("GET", place(stack)).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"servingBackend": "llamafile"}, "spec.servingBackend"),
        ({"pool": {"gpuType": None}}, "spec.pool.gpuType"),
        ({"epp": {"strategy": "luck"}}, "spec.epp.strategy"),
        ({"autoscaling": {"unheardOf": 1}}, "spec.autoscaling.unheardOf"),
        ({"modelName": ""}, "modelName"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    console: Console, change: Any, field: str
) -> None:
    stack = made(console)
    answer = console.ask("PUT", place(stack), json=change)
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    assert any(one["field"] == field and one["rule"] for one in fields), fields
    assert again(console, stack)["resourceVersion"] == stack["resourceVersion"]


def test_a_preview_has_every_child_and_what_the_cluster_lacks(console: Console) -> None:
    sent = {"name": "would-be", "namespace": "llm", **SECTIONS}
    sent["modelServer"] = {"enabled": True, "image": "vllm/vllm-openai:v0.11.0"}
    sent["pool"] = {"gpuType": "H100", "gpuCount": 1, "replicas": 1}
    sent["autoscaling"] = {"thresholds": [{"metric": "no_such_metric", "target": 3}]}
    answer = console.ask("POST", f"{STACKS}/preview", json=sent)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    children = {(one["kind"], one["name"]): one for one in told["children"]}
    pool = children["InferencePool", "would-be-pool"]
    assert (pool["verb"], pool["fault"], pool["section"]) == ("create", "", "PoolAccepted")
    assert children["HTTPRoute", "would-be-route"]["object"]["spec"]["hostnames"] == [
        "llm.example.com"
    ]
    assert ("ServiceAccount", "would-be-epp") in children
    assert children["ServiceAccount", "would-be-epp"]["unchecked"]
    assert any("no_such_metric" in one["message"] for one in told["lacks"])
    assert console.ask("GET", f"{STACKS}/llm/would-be").status_code == 404


def new_pool(**more: Any) -> dict[str, Any]:
    return {
        "name": f"pooled-{next(_number)}",
        "namespace": "llm",
        "modelName": "some/model",
        "servingBackend": "vllm",
        "gpuType": "L40S",
        "gpuCount": 2,
        "replicas": 3,
        "minReplicas": 1,
        "maxReplicas": 5,
        "selector": {"app": "mine", "tier": "gpu"},
        "epp": {"strategy": "kv_cache"},
        **more,
    }


def test_a_pool_is_made_and_changed_as_its_stack(console: Console) -> None:
    sent = new_pool()
    answer = console.ask("POST", POOLS, json=sent)
    assert answer.status_code == 201, answer.text
    stack = answer.json()
    fields = ("gpuType", "gpuCount", "replicas", "minReplicas", "maxReplicas", "selector")
    assert stack["pool"] == {name: sent[name] for name in fields}
    named = f"{POOLS}/{sent['name']}"
    changed = console.ask("PUT", named, json={"maxReplicas": 9})
    assert changed.status_code == 200, changed.text
    assert changed.json()["pool"] == {**stack["pool"], "maxReplicas": 9}
    assert changed.json()["epp"] == {"strategy": "kv_cache"}
    labels = console.ask("PUT", f"{named}-pool", json={"selector": {"a": "1", "b": "2"}})
    assert labels.status_code == 200, labels.text
    assert labels.json()["pool"]["selector"] == {"a": "1", "b": "2"}
    assert labels.json()["pool"]["gpuType"] == "L40S"
    assert console.ask("POST", f"{named}/deploy").status_code == 200
    assert console.ask("DELETE", named).status_code == 200
    assert console.ask("DELETE", named).status_code == 404


def test_what_was_read_of_a_pool_can_be_sent_back(console: Console) -> None:
    name = console.ask("POST", POOLS, json=new_pool()).json()["name"]
    read = console.ask("GET", f"{POOLS}/{name}")
    if read.status_code == 404:  # the operator has made its pool by now
        name = f"{name}-pool"
        read = console.ask("GET", f"{POOLS}/{name}")
    answer = console.ask("PUT", f"{POOLS}/{name}?dryRun=true", json=read.json())
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []


def test_a_pool_that_was_read_makes_another_of_another_name(console: Console) -> None:
    read = console.ask("GET", f"{POOLS}/granite-8b-pool?namespace=llm").json()
    name = f"pooled-{next(_number)}"
    answer = console.ask("POST", POOLS, json={**read, "name": name, "gpuType": "L40S"})
    assert answer.status_code == 201, answer.text
    made = again(console, {"namespace": "llm", "name": name})
    assert (made["modelName"], made["servingBackend"]) == (read["modelName"], "vllm")
    assert (made["pool"]["gpuType"], made["pool"]["selector"]) == ("L40S", read["selector"])


@pytest.mark.parametrize("field", ["name", "namespace"])
def test_a_body_of_another_pool_is_refused(console: Console, field: str) -> None:
    place = f"{POOLS}/granite-8b-pool?namespace=llm"
    read = console.ask("GET", place).json()
    for mark, body in (("", {"replicas": 3}), ("&dryRun=true", read)):
        answer = console.ask("PUT", f"{place}{mark}", json={**body, field: "other"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["details"]["fields"][0]["field"] == field
    stack = {"name": "granite-8b", "namespace": "llm"}
    answer = console.ask("PUT", f"{place}&dryRun=true", json={**read, **stack})
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []


def test_a_pool_of_a_wrong_size_is_refused_by_the_name_it_was_sent_under(console: Console) -> None:
    answer = console.ask("POST", POOLS, json=new_pool(minReplicas=5, maxReplicas=2))
    assert answer.status_code in (201, 422), answer.text
    for wrong, field in (({"gpuCount": -1}, "gpuCount"), ({"gpuType": ""}, "gpuType")):
        refused = console.ask("POST", POOLS, json=new_pool(**wrong))
        assert refused.status_code == 422
        assert refused.json()["error"]["details"]["fields"][0]["field"] == field


def test_pools_of_one_name_are_told_apart(console: Console) -> None:
    name = f"twin-{next(_number)}"
    for namespace in ("llm", "default"):
        made(console, namespace, name=name)
    for method, path, sent, field in (
        ("PUT", f"{POOLS}/{name}", {"replicas": 3}, "namespace"),
        ("DELETE", f"{POOLS}/{name}", None, "namespace"),
        ("PUT", f"{ROOT}/inference/epp", {"pool": name, "strategy": "kv_cache"}, "pool"),
        ("PUT", f"{ROOT}/inference/autoscaling", {"pool": name, "replicas": 3}, "pool"),
    ):
        answer = console.ask(method, path, json=sent)
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["details"]["fields"][0]["field"] == field
    chosen = console.ask("PUT", f"{POOLS}/{name}?namespace=default", json={"replicas": 4})
    assert chosen.status_code == 200, chosen.text
    sizes = [
        again(console, {"namespace": space, "name": name})["pool"]["replicas"]
        for space in ("llm", "default")
    ]
    assert sizes == [2, 4]
    limited = console.token(Role.OPERATOR, namespaces=("default",))
    assert console.ask("DELETE", f"{POOLS}/{name}", limited).status_code == 200
    assert console.ask("GET", f"{STACKS}/llm/{name}").status_code == 200


def test_an_answer_names_its_pool_as_a_change_takes_it(console: Console) -> None:
    name = f"twin-{next(_number)}"
    for namespace in ("llm", "default"):
        made(console, namespace, name=name)
    path, scaling = f"{ROOT}/inference/epp", f"{ROOT}/inference/autoscaling"
    read = console.ask("GET", path, params={"pool": f"default/{name}"}).json()
    assert (read["pool"], read["namespace"]) == (f"{name}-pool", "default")
    changed = console.ask("PUT", path, json={**read, "replicas": 3})
    assert changed.status_code == 200, changed.text
    body = {"pool": name, "namespace": "default", "replicas": 4}
    assert console.ask("PUT", scaling, json=body).status_code == 200
    body = {"pool": f"llm/{name}", "namespace": "default", "replicas": 5}
    assert console.ask("PUT", scaling, json=body).status_code == 200
    found = [again(console, {"namespace": one, "name": name}) for one in ("llm", "default")]
    assert [(one["epp"]["replicas"], one["pool"]["replicas"]) for one in found] == [(2, 5), (3, 4)]


@pytest.mark.parametrize("within", ["", "settings"])
def test_a_target_that_cannot_be_reached_is_refused(console: Console, within: str) -> None:
    wrong = {"thresholds": [{"metric": "queue_depth", "target": 0}]}
    refused = console.ask(
        "POST", STACKS, json={"name": "x", "namespace": "llm", **SECTIONS} | {"autoscaling": wrong}
    )
    assert refused.status_code == 422, refused.text
    stack = made(console)
    asked = {"pool": f"llm/{stack['name']}", **({within: wrong} if within else wrong)}
    answer = console.ask("PUT", f"{ROOT}/inference/autoscaling", json=asked)
    assert answer.status_code == 422, answer.text
    for one in (refused, answer):
        field = one.json()["error"]["details"]["fields"][0]["field"]
        assert "thresholds" in field
        assert field.endswith("target")


def test_a_size_that_the_pool_happens_to_have_is_a_wish_all_the_same(console: Console) -> None:
    """Read and sent back as a whole, what is live is none. No operator follows here."""
    place = f"{POOLS}/granite-8b-pool?namespace=llm"
    read = console.ask("GET", place).json()
    most = read["maxReplicas"]
    assert console.ask("PUT", place, json={"maxReplicas": most + 1}).status_code == 200
    try:
        told = console.ask("PUT", f"{place}&dryRun=true", json={"maxReplicas": most}).json()
        assert [(one["path"], one["new"]) for one in told["changes"]] == [
            ("spec.pool.maxReplicas", most)
        ]
        echo = console.ask("PUT", f"{place}&dryRun=true", json=read).json()
        assert echo["changes"] == []
    finally:
        assert console.ask("PUT", place, json={"maxReplicas": most}).status_code == 200


def test_a_pool_that_no_stack_makes_is_said_to_be_so(console: Console) -> None:
    """Also where a stack is called like it."""
    stack = made(console, "llm", name="phi4-mini")
    assert console.ask("GET", f"{POOLS}/phi4-mini?namespace=llm").json()["stack"] is None
    for method, path, sent in (
        ("PUT", f"{POOLS}/phi4-mini", {"replicas": 3}),
        ("DELETE", f"{POOLS}/phi4-mini", None),
        ("POST", f"{POOLS}/phi4-mini/deploy", None),
        ("GET", f"{ROOT}/inference/epp?pool=phi4-mini", None),
        ("PUT", f"{ROOT}/inference/autoscaling", {"pool": "phi4-mini", "replicas": 3}),
    ):
        answer = console.ask(method, path, json=sent)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_stack")
    assert console.ask("GET", place(stack)).json()["generation"] == stack["generation"]
    assert console.ask("DELETE", place(stack)).status_code == 200
    nowhere = console.ask("GET", f"{ROOT}/inference/epp?pool=nowhere")
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "not_found")
    assert console.ask("GET", f"{ROOT}/inference/epp").status_code == 422


def test_the_picker_keeps_what_is_not_named(console: Console) -> None:
    stack = made(console)
    path = f"{ROOT}/inference/epp"
    pool = f"llm/{stack['name']}"
    read = console.ask("GET", path, params={"pool": pool}).json()
    assert (read["strategy"], read["weights"]) == ("composite", SECTIONS["epp"]["weights"])
    assert (read["stack"], read["pool"]) == (stack["name"], f"{stack['name']}-pool")
    sent = {"pool": pool, "weights": {"kvCache": 5, "prefixAffinity": None}}
    changed = console.ask("PUT", path, json=sent, params={"reason": "cache matters less"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["weights"] == {"queueDepth": 50, "kvCache": 5}
    assert changed.json()["strategy"] == "composite"
    after = again(console, stack)
    assert after["epp"]["replicas"] == 2
    assert {name: after[name] for name in SECTIONS if name != "epp"} == {
        name: stack[name] for name in SECTIONS if name != "epp"
    }
    entry = console.ask("GET", f"/api/v1/audit/diff/{changed.headers['X-Audit-Id']}").json()
    assert (entry["resource"], entry["name"]) == ("inferencestacks", stack["name"])
    back = console.ask("PUT", f"{path}?dryRun=true", json={**changed.json(), "pool": pool})
    assert back.json()["changes"] == []


def test_a_strategy_behind_a_whole_configuration_is_refused(console: Console) -> None:
    text = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins: []\n"
    stack = made(console, epp={"config": text})
    path, pool = f"{ROOT}/inference/epp", f"llm/{stack['name']}"
    refused = console.ask("PUT", path, json={"pool": pool, "strategy": "kv_cache"})
    assert refused.status_code == 422, refused.text
    assert refused.json()["error"]["details"]["fields"][0]["field"] == "strategy"
    sent = {"pool": pool, "strategy": "kv_cache", "config": None}
    assert console.ask("PUT", path, json=sent).json()["strategy"] == "kv_cache"
    assert again(console, stack)["epp"] == {"strategy": "kv_cache"}


def test_a_strategy_alone_is_taken_where_weights_counted_before(console: Console) -> None:
    stack = made(console)
    sent = {"pool": f"llm/{stack['name']}", "strategy": "least_queue"}
    answer = console.ask("PUT", f"{ROOT}/inference/epp", json=sent)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["strategy"], answer.json()["weights"]) == ("least_queue", None)
    assert again(console, stack)["epp"] == {"strategy": "least_queue", "replicas": 2}


def test_autoscaling_keeps_what_is_not_named_and_can_be_taken_away(console: Console) -> None:
    stack = made(console)
    path, pool = f"{ROOT}/inference/autoscaling", f"llm/{stack['name']}"
    sent = {
        "pool": pool,
        "maxReplicas": 6,
        "thresholds": [{"metric": "kv_cache_pct", "target": 70}],
    }
    changed = console.ask("PUT", path, json=sent)
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert (told["minReplicas"], told["maxReplicas"], told["replicas"]) == (1, 6, 2)
    assert told["thresholds"] == sent["thresholds"]
    assert (told["backend"], told["cooldownSeconds"]) == ("keda", 120)
    after = again(console, stack)
    assert after["pool"] == {**stack["pool"], "maxReplicas": 6}
    assert after["autoscaling"] == {**SECTIONS["autoscaling"], "thresholds": sent["thresholds"]}
    both = {"pool": pool, "enabled": False, "cooldownSeconds": 7}
    refused = console.ask("PUT", path, json=both)
    assert refused.status_code == 422, refused.text
    assert refused.json()["error"]["details"]["fields"][0]["field"] == "cooldownSeconds"
    off = console.ask("PUT", path, json={**told, "pool": pool, "enabled": False})
    assert (off.status_code, off.json()["enabled"]) == (200, False)
    assert "autoscaling" not in again(console, stack)
    late = console.ask(
        "PUT",
        path,
        json={"pool": pool, "replicas": 1},
        headers={"If-Match": told["resourceVersion"]},
    )
    assert late.status_code == 409, late.text


def test_what_was_read_of_autoscaling_can_be_sent_back(console: Console) -> None:
    path, pool = f"{ROOT}/inference/autoscaling", "llm/granite-8b-pool"
    read = console.ask("GET", path, params={"pool": pool}).json()
    stack = console.ask("GET", f"{STACKS}/llm/granite-8b").json()
    assert (read["stack"], read["resourceVersion"]) == ("granite-8b", stack["resourceVersion"])
    echo = console.ask("PUT", f"{path}?dryRun=true", json={**read, "pool": pool})
    assert (echo.status_code, echo.json().get("changes")) == (200, []), echo.text
    edited = {**read, "pool": pool, "settings": {**read["settings"], "cooldownSeconds": 77}}
    told = console.ask("PUT", f"{path}?dryRun=true", json=edited).json()
    assert [(one["path"], one["new"]) for one in told["changes"]] == [
        ("spec.autoscaling.cooldownSeconds", 77)
    ]
    late = console.ask("PUT", path, json={**edited, "resourceVersion": "1"})
    assert late.status_code == 409, late.text


def test_viewers_change_nothing(console: Console) -> None:
    stack, viewer = made(console), console.token(Role.VIEWER)
    pool = f"llm/{stack['name']}"
    for method, path, sent in (
        ("POST", STACKS, {"name": "x", "namespace": "llm", **SECTIONS}),
        ("PUT", place(stack), {}),
        ("DELETE", place(stack), None),
        ("POST", POOLS, new_pool()),
        ("PUT", f"{POOLS}/{stack['name']}", {}),
        ("DELETE", f"{POOLS}/{stack['name']}", None),
        ("POST", f"{POOLS}/{stack['name']}/deploy", None),
        ("PUT", f"{ROOT}/inference/epp", {"pool": pool}),
        ("PUT", f"{ROOT}/inference/autoscaling", {"pool": pool}),
    ):
        answer = console.ask(method, path, viewer, json=sent)
        assert answer.status_code == 403, (method, path, answer.text)
    assert again(console, stack)["resourceVersion"] == stack["resourceVersion"]
