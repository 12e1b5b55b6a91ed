"""Promise: a GatewayBundle over REST is made, read whole, changed by what is named only, hurried
and deleted; every change is audited, and what is refused names field and rule."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Role
from services.listing import ListQuery
from tests.api.conftest import Console
from tests.api.leftovers import nothing_stays_of

CLUSTER = "web-fra"
BUNDLES = f"/api/v1/clusters/{CLUSTER}/gatewaybundles"
_number = count(1)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(console: Console) -> Iterator[None]:
    with nothing_stays_of(console.container.bundles, CLUSTER):
        yield


PROXY = {
    "enabled": True,
    "ipFamily": "dual",
    "telemetry": {"exporter": {"endpoint": "otel.monitoring:4317"}},
}


def body(**more: Any) -> dict[str, Any]:
    return {
        "name": f"rest-{next(_number)}",
        "namespace": "sandbox",
        "gatewayClassName": "nginx",
        "listeners": [
            {
                "name": "https",
                "port": 8443,
                "protocol": "HTTPS",
                "hostname": "rest.example.com",
                "tls": {"mode": "Terminate", "certificateRefs": [{"name": "rest-tls"}]},
                "allowedRoutes": {"namespaces": {"from": "All"}},
            },
            {"name": "http", "port": 8080, "protocol": "HTTP"},
        ],
        "labels": {"team": "edge"},
        "nginxProxy": PROXY,
        "snippetsFilter": {"enabled": True, "serverSnippet": "client_max_body_size 10m;"},
        **more,
    }


def made(console: Console, **more: Any) -> dict[str, Any]:
    sent = body(**more)
    answer = console.ask("POST", BUNDLES, json=sent, params={"reason": "for a test"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def place(bundle: dict[str, Any]) -> str:
    return f"{BUNDLES}/{bundle['namespace']}/{bundle['name']}"


def live(console: Console, bundle: dict[str, Any]) -> dict[str, Any]:
    client = console.container.fleet.get(CLUSTER).client
    path = "/apis/ngf-console.f5.com/v1alpha1/namespaces/{namespace}/gatewaybundles/{name}"
    return client.get(path.format(**bundle))


def test_a_bundle_is_answered_whole(console: Console) -> None:
    sent = body()
    answer = console.ask("POST", BUNDLES, json=sent)
    assert answer.status_code == 201, answer.text
    for each in (answer.json(), console.ask("GET", place(sent)).json()):
        assert {name: each[name] for name in sent} == sent
        assert each["kind"] == "GatewayBundle"
        assert isinstance(each["children"], list)
    stored = live(console, sent)
    assert stored["metadata"]["labels"] == stored["spec"]["labels"] == {"team": "edge"}
    items = console.ask("GET", BUNDLES, params={"search": sent["name"]}).json()["items"]
    assert [one["name"] for one in items] == [sent["name"]]


def test_a_dry_run_stores_nothing(console: Console) -> None:
    sent = body()
    answer = console.ask("POST", f"{BUNDLES}?dryRun=true", json=sent)
    assert answer.status_code == 200, answer.text
    assert any(one["path"].startswith("spec.listeners") for one in answer.json()["changes"])
    assert console.ask("GET", place(sent)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"waf": {"enabled": False}}, {"waf": {"enabled": False}}),
        ({"nginxProxy": {"ipFamily": "ipv4"}}, {"nginxProxy": {**PROXY, "ipFamily": "ipv4"}}),
        ({"labels": {"team": "core"}}, {"labels": {"team": "core"}}),
        ({"nginxProxy": None}, {"nginxProxy": None}),
    ],
)
def test_a_change_keeps_what_it_does_not_name(
    console: Console, method: str, change: Any, expected: Any
) -> None:
    bundle = made(console)
    answer = console.ask(method, place(bundle), json=change)
    assert answer.status_code == 200, answer.text
    for name in body():
        assert answer.json().get(name) == expected.get(name, bundle[name]), name


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_null_removes_one_label(console: Console, field: str) -> None:
    bundle = made(console, **{field: {"team": "edge", "tier": "one", "gone": None}})
    assert bundle[field] == {"team": "edge", "tier": "one"}
    told = console.ask("PATCH", place(bundle), json={field: {"team": None, "new": "two"}})
    assert told.status_code == 200, told.text
    assert told.json()[field] == {"tier": "one", "new": "two"}
    whole = console.ask("PUT", place(bundle), json={field: {"tier": "three", "new": None}})
    assert whole.status_code == 200, whole.text
    stored = live(console, bundle)
    assert stored["metadata"][field] == stored["spec"][field] == {"tier": "three"}


def test_a_listener_keeps_what_the_request_does_not_name_of_it(console: Console) -> None:
    bundle = made(console)
    named = [
        {"name": "https", "port": 9443, "protocol": "HTTPS"},
        {"name": "http", "port": 8080, "protocol": "HTTP", "hostname": "plain.example.com"},
    ]
    answer = console.ask("PUT", place(bundle), json={"listeners": named})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["listeners"]
    assert first == {**bundle["listeners"][0], "port": 9443}
    assert second == named[1]
    fewer = console.ask("PUT", place(bundle), json={"listeners": [{**named[1], "hostname": None}]})
    assert fewer.json()["listeners"] == [{"name": "http", "port": 8080, "protocol": "HTTP"}]


def test_what_others_wrote_on_it_survives(console: Console) -> None:
    bundle = made(console)

    def edit(obj: dict[str, Any]) -> dict[str, Any]:
        obj["metadata"]["finalizers"] = ["example.com/waits"]
        obj["metadata"].setdefault("annotations", {})["example.com/owner"] = "somebody"
        obj["spec"].setdefault("nginxProxy", {})["extra"] = {"unheardOf": {"of": 1}}
        return obj

    where = (CONSOLE, CLUSTER, bundle["namespace"], bundle["name"])
    console.container.bundles.update(*where, edit)
    answer = console.ask("PUT", place(bundle), json={"listeners": bundle["listeners"][1:]})
    assert answer.status_code == 200, answer.text
    stored = live(console, bundle)
    assert stored["metadata"]["finalizers"] == ["example.com/waits"]
    assert stored["metadata"]["annotations"]["example.com/owner"] == "somebody"
    assert stored["spec"]["nginxProxy"] == {**PROXY, "extra": {"unheardOf": {"of": 1}}}


def test_what_was_read_can_be_sent_back(console: Console) -> None:
    bundle = made(console)
    read = console.ask("GET", place(bundle)).json()
    answer = console.ask("PUT", f"{place(bundle)}?dryRun=true", json=read)
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"listeners": [{"name": "a", "port": 70000, "protocol": "HTTP"}]}, "listeners.0.port"),
        ({"listeners": [{"name": "a", "port": 80, "protocol": "QUIC"}]}, "spec.listeners[0]"),
        ({"nginxProxy": {"ipFamily": "ipv5"}}, "spec.nginxProxy.ipFamily"),
        ({"nginxProxy": {"unheardOf": 1}}, "spec.nginxProxy.unheardOf"),
        ({"unheardOf": 1}, "spec.unheardOf"),
        ({"gatewayClassName": None}, "spec.gatewayClassName"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    console: Console, change: Any, field: str
) -> None:
    bundle = made(console)
    before = live(console, bundle)
    answer = console.ask("PUT", place(bundle), json=change)
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    assert any(one["field"].startswith(field) and one["rule"] for one in fields), fields
    assert live(console, bundle) == before


def test_who_comes_second_is_told_what_the_first_did(console: Console) -> None:
    bundle = made(console)
    first = console.ask("PUT", place(bundle), json={"labels": {"team": "first"}})
    assert first.status_code == 200
    seen = {"If-Match": bundle["resourceVersion"]}
    second = console.ask("PUT", place(bundle), json={"labels": {"team": "second"}}, headers=seen)
    assert second.status_code == 409, second.text
    details = second.json()["error"]["details"]
    assert details["theirs"]["spec"]["labels"] == {"team": "first"}
    assert details["mine"]["spec"]["labels"] == {"team": "second"}
    taken = console.ask("POST", BUNDLES, json=body(name=bundle["name"]))
    assert taken.status_code == 409


def test_a_viewer_and_a_stranger_to_the_namespace_change_nothing(console: Console) -> None:
    bundle = made(console)
    viewer = console.token(Role.VIEWER)
    elsewhere = console.token(Role.OPERATOR, namespaces=("shop",))
    for method, path, sent in (
        ("POST", BUNDLES, body()),
        ("PUT", place(bundle), {}),
        ("PATCH", place(bundle), {}),
        ("DELETE", place(bundle), None),
        ("POST", f"{place(bundle)}/deploy", None),
    ):
        for token in (viewer, elsewhere):
            answer = console.ask(method, path, token, json=sent)
            assert answer.status_code in (403, 404), (method, path, answer.text)
    assert console.ask("GET", place(bundle), elsewhere).status_code == 404
    assert console.ask("GET", place(bundle), viewer).status_code == 200


def test_deploying_asks_the_operator_and_is_told_by_the_status(console: Console) -> None:
    bundle = made(console)
    answer = console.ask("POST", f"{place(bundle)}/deploy", params={"reason": "try again"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "message": "reconciliation triggered",
        "name": bundle["name"],
        "namespace": "sandbox",
    }
    asked = live(console, bundle)["metadata"]["annotations"]
    assert "ngf-console.f5.com/reconcile-requested" in asked
    status = console.ask("GET", f"{place(bundle)}/status")
    assert {"phase", "children", "conditions", "gatewayAddress"} <= set(status.json())
    assert console.ask("GET", f"{BUNDLES}/sandbox/nowhere/status").status_code == 404
    assert console.ask("POST", f"{BUNDLES}/sandbox/nowhere/deploy").status_code == 404


def test_every_change_is_in_the_audit_log(console: Console) -> None:
    bundle = made(console)
    numbers = [
        console.ask("PUT", place(bundle), json={"waf": {"enabled": False}}),
        console.ask("POST", f"{place(bundle)}/deploy", params={"reason": "once more"}),
        console.ask("DELETE", place(bundle), params={"reason": "not needed"}),
    ]
    found = []
    for one in numbers:
        assert one.status_code == 200, one.text
        entry = console.ask("GET", f"/api/v1/audit/diff/{one.headers['X-Audit-Id']}").json()
        found.append((entry["action"], entry["resource"], entry["name"]))
    assert found == [
        ("update", "gatewaybundles", bundle["name"]),
        ("update", "gatewaybundles", bundle["name"]),
        ("delete", "gatewaybundles", bundle["name"]),
    ]
    assert console.ask("GET", place(bundle)).status_code == 404


def test_a_preview_says_what_is_wrong_instead_of_refusing(console: Console) -> None:
    double = {"name": "again", "port": 8080, "protocol": "HTTP"}
    sent = body()
    sent["listeners"].append(double)
    answer = console.ask("POST", f"{BUNDLES}/preview", json=sent)
    assert answer.status_code == 200, answer.text
    assert [(one["listener"], one["with"]) for one in answer.json()["clashes"]] == [
        ("again", "http")
    ]
    no_labels = [body(**{key: some}) for key in ("labels", "annotations") for some in (5, "a", [1])]
    for wrong in ({}, {"name": "x"}, body(listeners="none"), body(listeners=[7]), *no_labels):
        told = console.ask("POST", f"{BUNDLES}/preview", json=wrong)
        assert told.status_code == 200, told.text
        assert told.json()["faults"]
        assert told.json()["plan"] is None


def test_a_preview_of_an_edit_names_the_fields_that_change(console: Console) -> None:
    bundle = made(console)
    sent = {"name": bundle["name"], "namespace": "sandbox", "nginxProxy": {"ipFamily": "ipv6"}}
    answer = console.ask("POST", f"{BUNDLES}/preview?edit=true", json=sent)
    assert answer.status_code == 200, answer.text
    changes = answer.json()["plan"]["changes"]
    assert [(one["path"], one["new"]) for one in changes] == [("spec.nginxProxy.ipFamily", "ipv6")]
    assert live(console, bundle)["spec"]["nginxProxy"]["ipFamily"] == "dual"


def test_what_came_of_it_is_seen_in_lists_and_search(console: Console) -> None:
    """Seeded bundles have a status as an operator writes it."""
    written = live(console, {"namespace": "labs", "name": "guarded"})
    version = written["metadata"]["resourceVersion"]
    cache = console.container.fleet.get(CLUSTER).cache
    cache.wait_seen("gatewaybundles", ("labs", "guarded"), version, 30)
    query = ListQuery(clusters=(CLUSTER,), search="guarded")
    (row,) = console.container.bundles.list(CONSOLE, query).items
    assert (row["phase"], row["status"]) == ("Degraded", "warn")
    assert row["children_ready"] < row["children_total"]
    detail = console.container.bundles.detail(CONSOLE, CLUSTER, "labs", "guarded")
    (policy,) = [one for one in detail["children"] if one["kind"] == "WAFPolicy"]
    assert (policy["ready"], policy["kind_name"]) == (False, "wafpolicies")
    assert policy["message"]
    hits = console.container.search.find(CONSOLE, "guarded")
    assert ("gatewaybundles", "guarded") in {(one["kind"], one["name"]) for one in hits}
    troubled = console.container.resources.problems(CONSOLE)
    assert ("gatewaybundles", "guarded") in {(one["kind"], one["name"]) for one in troubled}
