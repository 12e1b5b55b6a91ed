"""The promise: a change does what the person meant and nothing else, or says why not; and every
outcome is in the audit log."""

import base64
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.auth.identity import Identity, Role
from services.clusters.fleet import Fleet
from services.configdb.audit import AuditLog, AuditRecord
from services.configdb.database import Database
from services.errors import Conflict, Denied, Invalid, NotFound
from services.kube.changes import Changes
from services.kube.connection import Connection
from services.kube.trim import LAST_APPLIED
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import route, routes

ANNA = Identity("anna", Role.OPERATOR, address="192.0.2.7")
HERE = "default"


@dataclass
class Desk:
    """A person's way to change things, and what is on record of it."""

    fleet: Fleet
    changes: Changes
    audit: AuditLog

    def record(self) -> AuditRecord:
        """The newest entry, complete."""
        newest = self.audit.list(ANNA_ADMIN, sort="-time", page=1, page_size=1).items[0]
        return self.audit.get(ANNA_ADMIN, newest.id)

    def entries(self) -> int:
        return self.audit.list(ANNA_ADMIN, page=1, page_size=1).total


ANNA_ADMIN = replace(ANNA, role=Role.ADMIN)


def desk_as(kube_api: KubeApi, user: str, folder: Path) -> Iterator[Desk]:
    kubeconfig = kube_api.kubeconfig(user)
    fleet = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig))
    db = Database(folder / "audit.db")
    db.upgrade()
    audit = AuditLog(db)
    fleet.start()
    fleet.wait_ready(20)
    try:
        yield Desk(fleet, Changes(fleet, audit), audit)
    finally:
        fleet.stop()
        db.close()


@pytest.fixture(scope="module")
def desk(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from desk_as(kube_api, "admin", tmp_path_factory.mktemp("admin"))


@pytest.fixture(scope="module")
def readers_desk(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from desk_as(kube_api, "reader", tmp_path_factory.mktemp("reader"))


def seen(desk: Desk, namespace: str, name: str, kind: str = "httproutes") -> dict[str, Any]:
    """The object as a form gets it: from the cache, without bookkeeping."""
    return copy.deepcopy(
        wait_until(
            f"{name} is seen",
            lambda: desk.fleet.get(HERE).snapshot(kind).objects.get((namespace, name)),
        )
    )


def update(desk: Desk, obj: dict[str, Any], who: Identity = ANNA, **options: Any) -> Any:
    metadata = obj["metadata"]
    return desk.changes.update(
        who,
        HERE,
        "httproutes",
        metadata["namespace"],
        metadata["name"],
        obj,
        resource_version=metadata["resourceVersion"],
        **options,
    )


def test_a_plan_changes_nothing_and_tells_what_would(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    entries = desk.entries()
    plan = desk.changes.plan_create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    assert kube_api.get(f"{routes(namespace)}/shop").status == 404
    assert desk.entries() == entries
    asked = {change.path: change for change in plan.changes}
    assert asked["spec.hostnames[0]"].new == "a.example"
    assert not asked["spec.hostnames[0]"].server_set
    assert asked["spec.parentRefs[0].kind"].server_set
    assert plan.result is not None
    assert plan.live is None


def test_creating_stores_shows_and_records(desk: Desk, kube_api: KubeApi, namespace: str) -> None:
    applied = desk.changes.create(
        ANNA, HERE, "httproutes", route("shop", namespace=namespace), reason="new shop"
    )
    assert (namespace, "shop") in desk.fleet.get(HERE).snapshot("httproutes").objects
    assert applied.object is not None
    record = desk.record()
    assert record.id == applied.audit_id
    assert (record.actor, record.role, record.address) == ("anna", "operator", "192.0.2.7")
    assert (record.verb, record.outcome, record.reason) == ("create", "done", "new shop")
    assert (record.cluster, record.kind, record.name) == (HERE, "httproutes", "shop")
    assert record.before is None
    assert record.after is not None
    stored = kube_api.get(f"{routes(namespace)}/shop").ok()
    assert {entry["manager"] for entry in stored["metadata"]["managedFields"]} == {"ngf-console"}


def test_a_change_that_was_made_is_on_record_as_made_whatever_fails_after_it(
    kube_api: KubeApi, desk: Desk, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr("services.kube.changes.changes", fails)
    created = desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    found = [(created, desk.record())]
    edited = copy.deepcopy(created.object or {})
    edited["spec"]["hostnames"] = ["b.example"]
    found.append((update(desk, edited), desk.record()))
    deleted = desk.changes.delete(ANNA, HERE, "httproutes", namespace, "shop")
    found.append((deleted, desk.record()))
    assert kube_api.get(f"{routes(namespace)}/shop").status == 404
    for applied, record in found:
        assert (record.id, record.outcome, record.diff) == (applied.audit_id, "done", [])
        assert "not known" in record.error
    assert [(bool(one.before), bool(one.after)) for _, one in found] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def test_a_copied_manifest_can_be_created(desk: Desk, namespace: str) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    copied = seen(desk, namespace, "shop")
    copied["metadata"]["name"] = "copy"
    assert desk.changes.create(ANNA, HERE, "httproutes", copied).object is not None


def test_an_update_changes_the_edited_field_only(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    path = f"{routes(namespace)}/shop"
    applied = kube_api.apply(path, route("shop", annotations={LAST_APPLIED: "{}"}), "kubectl").ok()
    edited = seen(desk, namespace, "shop")
    base = copy.deepcopy(edited)
    edited["spec"]["rules"][0]["backendRefs"][0]["weight"] = 7
    plan = desk.changes.plan_update(ANNA, HERE, "httproutes", namespace, "shop", edited, base)
    assert [change.path for change in plan.changes] == ["spec.rules[0].backendRefs[0].weight"]
    done = update(desk, edited, base=base, reason="shift")
    assert [(c.path, c.old, c.new) for c in done.changes] == [
        ("spec.rules[0].backendRefs[0].weight", 1, 7)
    ]
    stored = kube_api.get(path).ok()
    assert LAST_APPLIED in applied["metadata"]["annotations"]
    expected = copy.deepcopy(applied)
    expected["spec"]["rules"][0]["backendRefs"][0]["weight"] = 7
    assert stored["spec"] == expected["spec"]
    assert stored["metadata"]["annotations"] == applied["metadata"]["annotations"]
    managers = {entry["manager"]: entry for entry in stored["metadata"]["managedFields"]}
    assert set(managers) == {"kubectl", "ngf-console"}
    assert "f:hostnames" in str(managers["kubectl"]["fieldsV1"])
    assert "f:hostnames" not in str(managers["ngf-console"]["fieldsV1"])
    record = desk.record()
    assert record.diff == [{"path": "spec.rules[0].backendRefs[0].weight", "old": 1, "new": 7}]
    assert record.before is not None
    assert record.before["spec"] == applied["spec"]


def test_the_second_of_two_editors_sees_both_versions(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    base = seen(desk, namespace, "shop")
    first, second = copy.deepcopy(base), copy.deepcopy(base)
    first["spec"]["hostnames"] = ["first.example"]
    second["spec"]["hostnames"] = ["second.example"]
    update(desk, first, base=base)
    with pytest.raises(Conflict) as caught:
        update(desk, second, base=base)
    details = caught.value.details
    assert details["base"]["spec"]["hostnames"] == ["a.example"]
    assert details["theirs"]["spec"]["hostnames"] == ["first.example"]
    assert details["mine"]["spec"]["hostnames"] == ["second.example"]
    assert details["clashes"] == ["spec.hostnames[0]"]
    assert details["merged"] is None
    assert details["theirs_by"]["manager"] == "ngf-console"
    made = datetime.fromisoformat(details["theirs_by"]["time"])
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    assert (desk.record().outcome, desk.record().verb) == ("failed", "update")
    with pytest.raises(Conflict):
        desk.changes.plan_update(ANNA, HERE, "httproutes", namespace, "shop", second, base)


def test_edits_that_do_not_clash_come_back_merged_and_can_be_sent(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    base = seen(desk, namespace, "shop")
    first, second = copy.deepcopy(base), copy.deepcopy(base)
    first["spec"]["hostnames"] = ["first.example"]
    second["spec"]["rules"][0]["backendRefs"][0]["weight"] = 9
    update(desk, first, base=base)
    with pytest.raises(Conflict) as caught:
        update(desk, second, base=base)
    assert caught.value.details["clashes"] == []
    update(desk, caught.value.details["merged"])
    stored = kube_api.get(f"{routes(namespace)}/shop").ok()
    assert stored["spec"]["hostnames"] == ["first.example"]
    assert stored["spec"]["rules"][0]["backendRefs"][0]["weight"] == 9


def write_status(kube_api: KubeApi, namespace: str, reason: str = "Accepted") -> None:
    """What a controller does at any moment."""
    condition = {
        "type": "Accepted",
        "status": "True",
        "reason": reason,
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    parent = {
        "parentRef": {"name": "web"},
        "controllerName": "gateway.nginx.org/nginx-gateway-controller",
        "conditions": [condition],
    }
    kube_api.patch(
        f"{routes(namespace)}/shop/status", {"status": {"parents": [parent]}}, MERGE_PATCH
    ).ok()


def test_a_controller_writing_status_is_no_conflict(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    base = seen(desk, namespace, "shop")
    write_status(kube_api, namespace)
    edited = copy.deepcopy(base)
    edited["spec"]["hostnames"] = ["b.example"]
    update(desk, edited, base=base)
    stored = kube_api.get(f"{routes(namespace)}/shop").ok()
    assert stored["spec"]["hostnames"] == ["b.example"]
    assert len(stored["status"]["parents"]) == 1


def test_status_written_between_reading_and_storing_is_no_conflict(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    hosts = iter(("b.example", "c.example"))

    def edit(live: dict[str, Any]) -> dict[str, Any]:
        host = next(hosts)
        write_status(kube_api, namespace, host.replace(".", "_"))
        return {**live, "spec": {**live["spec"], "hostnames": [host]}}

    place = (ANNA, HERE, "httproutes", namespace, "shop")
    plan = desk.changes.plan_update(*place, edit)
    assert [change.new for change in plan.changes] == ["b.example"]
    desk.changes.update(*place, edit)
    stored = kube_api.get(f"{routes(namespace)}/shop").ok()
    assert stored["spec"]["hostnames"] == ["c.example"]
    assert stored["status"]["parents"][0]["conditions"][0]["reason"] == "c_example"


def test_an_edit_between_reading_and_storing_is_a_conflict_with_all_three(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))

    def edit(live: dict[str, Any]) -> dict[str, Any]:
        theirs = {"spec": {"hostnames": ["theirs.example"]}}
        kube_api.patch(f"{routes(namespace)}/shop", theirs, MERGE_PATCH).ok()
        return {**live, "spec": {**live["spec"], "hostnames": ["mine.example"]}}

    with pytest.raises(Conflict) as caught:
        desk.changes.update(ANNA, HERE, "httproutes", namespace, "shop", edit)
    sides = [caught.value.details[side]["spec"]["hostnames"] for side in ("base", "theirs", "mine")]
    assert sides == [["a.example"], ["theirs.example"], ["mine.example"]]


def test_a_misspelt_field_is_refused_not_dropped(desk: Desk, namespace: str) -> None:
    wrong = route("shop", namespace=namespace)
    wrong["spec"]["hostNames"] = ["a"]
    with pytest.raises(Invalid, match="hostNames"):
        desk.changes.plan_create(ANNA, HERE, "httproutes", wrong)


def test_what_the_schema_refuses_is_named_by_field(desk: Desk, namespace: str) -> None:
    wrong = route("shop", weight=-1, namespace=namespace)
    with pytest.raises(Invalid) as caught:
        desk.changes.create(ANNA, HERE, "httproutes", wrong)
    assert [one["field"] for one in caught.value.details["fields"]] == [
        "spec.rules[0].backendRefs[0].weight"
    ]
    assert desk.record().outcome == "failed"
    assert "weight" in desk.record().error


def test_an_object_must_be_the_one_it_is_sent_for(desk: Desk, namespace: str) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    other = seen(desk, namespace, "shop")
    other["metadata"]["name"] = "other"
    with pytest.raises(Invalid, match=r"metadata\.name"):
        desk.changes.plan_update(ANNA, HERE, "httproutes", namespace, "shop", other)


def test_an_object_of_argo_cd_needs_confirmation_and_a_reason(desk: Desk, namespace: str) -> None:
    owned = route("shop", namespace=namespace, labels={"argocd.argoproj.io/instance": "store"})
    with pytest.raises(Invalid):
        desk.changes.create(ANNA, HERE, "httproutes", owned)
    desk.changes.create(ANNA, HERE, "httproutes", owned, confirm_owned=True, reason="test")
    edited = seen(desk, namespace, "shop")
    edited["spec"]["hostnames"] = ["b.example"]
    plan = desk.changes.plan_update(ANNA, HERE, "httproutes", namespace, "shop", edited)
    assert plan.owner is not None
    assert (plan.owner.tool, plan.owner.application) == ("Argo CD", "store")
    for options in ({}, {"confirm_owned": True}, {"reason": "outage"}):
        with pytest.raises(Invalid) as caught:
            update(desk, edited, **options)
        assert caught.value.error_code == "owned"
    update(desk, edited, confirm_owned=True, reason="outage")
    assert desk.record().reason == "outage"


def a_gateway(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
        },
    }


def test_dependents_out_of_sight_are_counted_and_not_named(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    secret_place = f"{namespace}-secret"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": secret_place}}
    kube_api.post("/api/v1/namespaces", body).ok()
    desk.changes.create(ANNA, HERE, "gateways", a_gateway(namespace))
    desk.changes.create(ANNA, HERE, "httproutes", route("seen", namespace=namespace))
    elsewhere = route("unseen", namespace=secret_place)
    elsewhere["spec"]["parentRefs"] = [{"name": "web", "namespace": namespace}]
    desk.changes.create(ANNA, HERE, "httproutes", elsewhere)
    limited = replace(ANNA, namespaces=frozenset({namespace}))
    plan = desk.changes.plan_delete(limited, HERE, "gateways", namespace, "web")
    assert ([one.name for one in plan.dependents], plan.hidden) == (["seen"], 1)
    whole = desk.changes.plan_delete(ANNA, HERE, "gateways", namespace, "web")
    assert ({one.name for one in whole.dependents}, whole.hidden) == ({"seen", "unseen"}, 0)


def test_a_deletion_says_what_depends_on_the_object(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "gateways", a_gateway(namespace))
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    shared = route("shared", namespace=namespace)
    shared["spec"]["parentRefs"].append({"name": "other"})
    desk.changes.create(ANNA, HERE, "httproutes", shared)
    plan = desk.changes.plan_delete(ANNA, HERE, "gateways", namespace, "web")
    assert {(one.kind, one.name, one.field, one.alone) for one in plan.dependents} == {
        ("httproutes", "shop", "parentRefs", True),
        ("httproutes", "shared", "parentRefs", False),
    }
    assert kube_api.get(f"/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/gateways/web")
    done = desk.changes.delete(
        ANNA,
        HERE,
        "gateways",
        namespace,
        "web",
        resource_version=plan.resource_version,
        reason="moved",
    )
    assert done.object is None
    assert (namespace, "web") not in desk.fleet.get(HERE).snapshot("gateways").objects
    record = desk.record()
    assert (record.verb, record.outcome) == ("delete", "done")
    assert record.before is not None
    assert record.before["spec"]["gatewayClassName"] == "nginx"
    with pytest.raises(NotFound):
        desk.changes.delete(ANNA, HERE, "gateways", namespace, "web")


def test_a_deletion_of_what_has_changed_is_refused(
    kube_api: KubeApi, desk: Desk, namespace: str
) -> None:
    desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    old = seen(desk, namespace, "shop")["metadata"]["resourceVersion"]
    kube_api.patch(
        f"{routes(namespace)}/shop", {"spec": {"hostnames": ["b.example"]}}, MERGE_PATCH
    ).ok()
    place = (ANNA, HERE, "httproutes", namespace, "shop")
    for attempt in (desk.changes.plan_delete, desk.changes.delete):
        with pytest.raises(Conflict) as caught:
            attempt(*place, resource_version=old)
        details = caught.value.details
        assert details["theirs"]["spec"]["hostnames"] == ["b.example"]
        assert (details["base"], details["mine"]) == (None, None)
    assert kube_api.get(f"{routes(namespace)}/shop").status == 200


@pytest.mark.parametrize(
    "who",
    [
        Identity("viewer", Role.VIEWER),
        Identity("elsewhere", Role.OPERATOR, clusters=frozenset({"other"})),
        Identity("neighbour", Role.OPERATOR, namespaces=frozenset({"other"})),
    ],
    ids=lambda who: who.name,
)
def test_role_and_limits_are_kept_and_refusals_recorded(
    desk: Desk, namespace: str, who: Identity
) -> None:
    obj = route("shop", namespace=namespace)
    with pytest.raises(Denied):
        desk.changes.plan_create(who, HERE, "httproutes", obj)
    with pytest.raises(Denied):
        desk.changes.create(who, HERE, "httproutes", obj)
    assert (desk.record().actor, desk.record().outcome) == (who.name, "denied")
    assert desk.changes.refusal(who, HERE, "httproutes", "create", namespace)


def test_a_namespace_limit_excludes_what_belongs_to_the_whole_cluster(desk: Desk) -> None:
    limited = Identity("limited", Role.OPERATOR, namespaces=frozenset({"default"}))
    assert desk.changes.refusal(limited, HERE, "gatewayclasses", "delete")
    assert not desk.changes.refusal(ANNA, HERE, "gatewayclasses", "delete")


def test_what_the_cluster_does_not_allow_the_console_is_said(
    readers_desk: Desk, namespace: str
) -> None:
    assert readers_desk.changes.refusal(ANNA, HERE, "httproutes", "create", namespace)
    with pytest.raises(Denied, match="console's account"):
        readers_desk.changes.create(ANNA, HERE, "httproutes", route("shop", namespace=namespace))
    assert readers_desk.record().outcome == "denied"


def test_tls_secrets_are_changed_without_being_read(
    desk: Desk, kube_api: KubeApi, namespace: str
) -> None:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    def stored() -> dict[str, Any]:
        path = f"/api/v1/namespaces/{namespace}/secrets/site"
        found: dict[str, Any] = kube_api.get(path).ok()["data"]
        return found

    key, other = encoded("planted-key"), encoded("planted-other")
    data = {"tls.crt": encoded("one"), "tls.key": key, "ca.crt": encoded("above")}
    body = {
        "metadata": {"namespace": namespace, "name": "site"},
        "type": "kubernetes.io/tls",
        "data": data,
    }
    told: list[Any] = [desk.changes.plan_create(ANNA, HERE, "secrets", body)]
    told.append(desk.changes.create(ANNA, HERE, "secrets", body))
    assert stored() == data
    place = (ANNA, HERE, "secrets", namespace, "site")

    def renewed(live: dict[str, Any]) -> dict[str, Any]:
        live["data"] |= {"tls.crt": encoded("two")}
        return live

    told.append(desk.changes.update(*place, renewed))
    assert stored() == data | {"tls.crt": encoded("two")}, "the key stays without being sent"

    def replaced(live: dict[str, Any]) -> dict[str, Any]:
        live["data"] = {"tls.crt": encoded("three"), "tls.key": other}
        return live

    told.append(desk.changes.plan_update(*place, replaced))
    assert stored()["tls.crt"] == encoded("two")
    told.append(desk.changes.update(*place, replaced))
    assert stored() == {"tls.crt": encoded("three"), "tls.key": other}
    with pytest.raises(Conflict) as late:
        desk.changes.update(*place, replaced, resource_version="1")
    told.append(late.value.details)
    told.append(desk.changes.plan_delete(*place))
    assert stored()
    told.append(desk.changes.delete(*place))
    assert kube_api.get(f"/api/v1/namespaces/{namespace}/secrets/site").status == 404
    audited = desk.audit.list(ANNA_ADMIN, page=1, page_size=50).items
    told += [desk.audit.get(ANNA_ADMIN, one.id) for one in audited]
    for one in told:
        for secret in (key, other, "planted-"):
            assert secret not in repr(one)


def test_other_secrets_are_not_changed_here(desk: Desk, kube_api: KubeApi, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    login = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}}
    kube_api.post(path, {**login, "stringData": {"password": "planted-password"}}).ok()
    place = (ANNA, HERE, "secrets", namespace, "login")
    with pytest.raises(Invalid, match="no TLS Secret"):
        desk.changes.delete(*place)
    with pytest.raises(Invalid, match="no TLS Secret"):
        desk.changes.update(*place, lambda live: live)
    body = {**login, "metadata": {"name": "another", "namespace": namespace}, "type": "Opaque"}
    with pytest.raises(Invalid, match=r"must be kubernetes\.io/tls"):
        desk.changes.create(ANNA, HERE, "secrets", body)
    assert kube_api.get(f"{path}/login").ok()["data"]
    assert desk.changes.refusal(ANNA, HERE, "configmaps", "delete", namespace)


def test_a_kind_that_is_not_installed_is_not_found(desk: Desk, namespace: str) -> None:
    with pytest.raises(NotFound, match="not installed"):
        desk.changes.plan_delete(ANNA, HERE, "externalloadbalancers", namespace, "x")
