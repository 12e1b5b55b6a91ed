"""What people look at: events about objects, and the tables that kubectl prints."""

from tests.real.kube_api import TABLE, KubeApi
from tests.real.objects import GATEWAY_API, core, route, routes


def test_events_about_an_object_are_kept(kube_api: KubeApi, namespace: str) -> None:
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "web.1"},
        "involvedObject": {
            "apiVersion": GATEWAY_API,
            "kind": "Gateway",
            "name": "web",
            "namespace": namespace,
        },
        "reason": "Programmed",
        "message": "all is well",
        "type": "Normal",
        "count": 2,
        "firstTimestamp": "2026-01-02T03:04:05Z",
        "lastTimestamp": "2026-01-02T03:05:05Z",
        "source": {"component": "controller"},
    }
    created = kube_api.post(core(namespace, "events"), event).ok()
    assert created["count"] == 2
    newer = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events/web.1"
    same = kube_api.get(newer).ok()
    assert same["regarding"]["name"] == "web"
    assert same["note"] == "all is well"
    assert same["deprecatedCount"] == 2


def test_an_event_belongs_in_the_namespace_of_its_object(kube_api: KubeApi, namespace: str) -> None:
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "web.1"},
        "involvedObject": {"kind": "Gateway", "name": "web", "namespace": "default"},
    }
    answer = kube_api.post(core(namespace, "events"), event)
    assert (answer.status, answer.reason) == (422, "Invalid")


def columns(table: dict[str, list[dict[str, str]]]) -> list[str]:
    return [column["name"] for column in table["columnDefinitions"]]


def test_a_table_of_a_custom_kind_has_its_own_columns(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    table = kube_api.get(routes(namespace), accept=TABLE).ok()
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    assert columns(table) == ["Name", "Hostnames", "Age"]
    row = table["rows"][0]
    assert row["cells"][:2] == ["one", '["a.example"]']
    assert row["object"]["kind"] == "PartialObjectMetadata"
    assert row["object"]["metadata"]["name"] == "one"
    assert int(table["metadata"]["resourceVersion"]) > 0


def test_a_table_can_carry_whole_objects_or_none(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    path = routes(namespace)
    whole = kube_api.get(path, accept=TABLE, includeObject="Object").ok()
    assert whole["rows"][0]["object"]["spec"]["hostnames"] == ["a.example"]
    bare = kube_api.get(path, accept=TABLE, includeObject="None").ok()
    assert not bare["rows"][0].get("object")


def test_one_object_is_a_table_of_one_row(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    table = kube_api.get(f"{routes(namespace)}/one", accept=TABLE).ok()
    assert [row["cells"][0] for row in table["rows"]] == ["one"]


def test_tables_of_core_kinds(kube_api: KubeApi, namespace: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "web"}},
    }
    kube_api.post(core(namespace, "services"), service).ok()
    table = kube_api.get(core(namespace, "services"), accept=TABLE).ok()
    assert columns(table)[:6] == [
        "Name",
        "Type",
        "Cluster-IP",
        "External-IP",
        "Port(s)",
        "Age",
    ]
    cells = table["rows"][0]["cells"]
    assert (cells[0], cells[1], cells[4]) == ("web", "ClusterIP", "80/TCP")
    table = kube_api.get("/api/v1/namespaces", accept=TABLE).ok()
    assert columns(table) == ["Name", "Status", "Age"]


def test_a_watch_tells_table_rows(kube_api: KubeApi, namespace: str) -> None:
    with kube_api.watch(routes(namespace), accept=TABLE) as watch:
        kube_api.post(routes(namespace), route("one")).ok()
        event = watch.next()
    assert event["object"]["kind"] == "Table"
    assert columns(event["object"]) == ["Name", "Hostnames", "Age"]
    assert event["object"]["rows"][0]["cells"][0] == "one"
