"""Promise: of a bundle or stack whose children are partly in namespaces outside somebody's limits,
no answer of REST, page, search or history names one of those; how many there are is told."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from ngf_operator.outcomes import Outcome
from ngf_operator.seen import Ref
from ngf_operator.statuses import status_of

from services.auth.identity import CONSOLE, Identity, Role
from services.listing import ListQuery
from tests.api.conftest import Console
from tests.api.leftovers import nothing_stays_of
from tests.api.test_guard import outputs

CLUSTER, HOME, ELSEWHERE = "gpu-iad", "llm", "payroll"
ROOT = f"/api/v1/clusters/{CLUSTER}"
SECRETS = (ELSEWHERE, "salaries")
"""What names of hidden objects, and sentences about them, have in them."""
LIMITED = Identity("limited", Role.OPERATOR, namespaces=frozenset({HOME}))
LISTENER = {"name": "http", "port": 8080, "protocol": "HTTP"}
WANTED: dict[str, dict[str, Any]] = {
    "gatewaybundles": {"gatewayClassName": "nginx", "listeners": [LISTENER]},
    "inferencestacks": {
        "modelName": "m",
        "servingBackend": "vllm",
        "pool": {"gpuType": "H100", "gpuCount": 1, "replicas": 1},
    },
}
PATHS = {"gatewaybundles": "/gatewaybundles", "inferencestacks": "/inference/stacks"}
_number = count(1)


class Planted:
    """A parent with the status that the operator gives it: one child that is ready beside it, and
    in another namespace one that was restored and has failed, and one that is ready."""

    def __init__(self, console: Console, kind: str) -> None:
        self.console, self.kind, self.name = console, kind, f"elsewhere-{next(_number)}"
        self.path = f"{ROOT}{PATHS[kind]}/{HOME}/{self.name}"
        sent = {"name": self.name, "namespace": HOME, **WANTED[kind]}
        answer = console.ask("POST", f"{ROOT}{PATHS[kind]}", json=sent)
        assert answer.status_code == 201, answer.text
        self.told()

    def told(self) -> None:
        """The operator has looked at it."""
        member = self.console.container.fleet.get(CLUSTER)
        api = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{HOME}/{self.kind}/{self.name}"
        obj = member.client.get(api)
        found = (
            Outcome(Ref("", "ConfigMap", HOME, "beside"), "v1", "Kept", "Ready", spec_hash="a"),
            Outcome(
                Ref("gateway.nginx.org", "SnippetsFilter", ELSEWHERE, "salaries-marker-0"),
                "gateway.nginx.org/v1alpha1",
                "RouteMarkerActive",
                "Failed",
                "Invalid",
                f"HTTPRoute {ELSEWHERE}/salaries has it wrong.",
                spec_hash="b",
                did="restored",
            ),
            Outcome(
                Ref("", "ReferenceGrant", ELSEWHERE, "salaries-grant"),
                "gateway.networking.k8s.io/v1",
                "ReferencesGranted",
                "Ready",
                spec_hash="c",
            ),
        )
        status = status_of(
            obj,
            found,
            now="2026-11-28T10:00:00Z",
            acted=False,
            timer=True,
            requested=None,
            further={},
        )
        stored = member.client.request("PUT", f"{api}/status", body={**obj, "status": status})
        version = stored["metadata"]["resourceVersion"]
        member.cache.wait_seen(self.kind, (HOME, self.name), version, 10)

    def ask(self, method: str, path: str = "", *, limited: bool = True, **options: Any) -> Any:
        """What REST answers as text, and its headers."""
        token = self.console.token(Role.OPERATOR, namespaces=(HOME,)) if limited else None
        where = path if path.startswith("/api") else f"{self.path}{path}"
        return self.console.ask(method, where, token, **options)

    def page(self, output: str, *, limited: bool = True, **values: Any) -> str:
        """What the callback with this output answers, given what the browser has."""
        known = self.console.app.callback_map
        (written,) = [one for one in known if output in one]
        body = {
            "output": written,
            "outputs": outputs(written),
            "changedPropIds": [],
            **{
                part: [
                    {**one, "value": values.get(one["id"].replace("-", "_"))}
                    for one in known[written][part]
                ]
                for part in ("inputs", "state")
            },
        }
        body["changedPropIds"] = [f"{one['id']}.{one['property']}" for one in body["inputs"]][:1]
        token = self.console.token(Role.OPERATOR, namespaces=(HOME,)) if limited else None
        answer = self.console.ask("POST", "/_dash-update-component", token, json=body)
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def ref(self) -> dict[str, str]:
        return {"cluster": CLUSTER, "kind": self.kind, "namespace": HOME, "name": self.name}


@pytest.fixture(scope="module", params=list(WANTED))
def planted(console: Console, request: pytest.FixtureRequest) -> Iterator[Planted]:
    services = {"gatewaybundles": console.container.bundles}
    service = services.get(request.param, console.container.stacks)
    with nothing_stays_of(service, CLUSTER):
        yield Planted(console, request.param)


def tells(text: str) -> bool:
    return any(word in text for word in SECRETS)


@pytest.mark.parametrize("path", ["", "/status"])
def test_what_is_read_counts_them(planted: Planted, path: str) -> None:
    answer = planted.ask("GET", path)
    assert not tells(answer.text)
    assert [one["name"] for one in answer.json()["children"]] == ["beside"]
    assert answer.json()["childrenHidden"] == 2
    said = {one["type"]: one["message"] for one in answer.json()["conditions"]}
    assert said["Ready"] == "SnippetsFilter of another namespace: Invalid"
    whole = planted.ask("GET", path, limited=False)
    assert tells(whole.text)
    assert (len(whole.json()["children"]), whole.json()["childrenHidden"]) == (3, 0)


def test_a_list_counts_them_and_is_not_found_by_their_names(planted: Planted) -> None:
    where = f"{ROOT}{PATHS[planted.kind]}"
    answer = planted.ask("GET", where, params={"search": planted.name})
    assert not tells(answer.text)
    (item,) = answer.json()["items"]
    assert (len(item["children"]), item["childrenHidden"]) == (1, 2)
    for word in SECRETS:
        assert planted.ask("GET", where, params={"search": word}).json()["total"] == 0
        assert planted.console.container.search.find(LIMITED, word) == []
    query = ListQuery(clusters=(CLUSTER,), search=planted.name)
    resources = planted.console.container.resources
    (row,) = resources.list(LIMITED, planted.kind, query).items
    (problem,) = [one for one in resources.problems(LIMITED) if one["name"] == planted.name]
    for told in (row, problem):
        assert "SnippetsFilter of another namespace" in told["message"]
        assert not tells(str(told))


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("PUT", "", {"labels": {"team": "a"}}),
        ("PATCH", "", {"labels": {"team": "b"}}),
        ("PUT", "?dryRun=true", {"labels": {"team": "c"}}),
        ("DELETE", "?dryRun=true", None),
        ("POST", "/deploy?dryRun=true", None),
        ("POST", "/deploy", None),
    ],
)
def test_a_change_and_its_entry_in_the_history_name_none(
    planted: Planted, method: str, path: str, sent: Any
) -> None:
    planted.told()
    answer = planted.ask(method, path, json=sent)
    assert answer.status_code == 200, answer.text
    assert not tells(answer.text)
    if entry := answer.headers.get("X-Audit-Id"):
        diff = f"/api/v1/audit/diff/{entry}"
        told = json.loads(planted.ask("GET", diff).json()["beforeJson"])
        assert (len(told["status"]["children"]), told["status"]["childrenHidden"]) == (1, 2)
        assert not tells(planted.ask("GET", diff).text)
        assert tells(planted.ask("GET", diff, limited=False).text)


def test_what_was_read_can_be_sent_back(planted: Planted) -> None:
    planted.told()
    read = planted.ask("GET").json()
    assert planted.ask("PUT", "?dryRun=true", json=read).json()["changes"] == []


def test_who_comes_late_is_told_of_theirs_without_them(planted: Planted) -> None:
    read = planted.ask("GET")
    assert planted.ask("PATCH", json={"labels": {"late": "theirs"}}).status_code == 200
    planted.told()
    sent = {"labels": {"late": "mine"}}
    late = planted.ask("PUT", json=sent, headers={"If-Match": read.headers["ETag"]})
    assert (late.status_code, tells(late.text)) == (409, False)
    assert late.json()["error"]["details"]["theirs"]["metadata"]["name"] == planted.name


def test_a_preview_counts_and_names_none(planted: Planted) -> None:
    sent = {"name": planted.name, "namespace": HOME, "labels": {"team": "d"}}
    where = f"{ROOT}{PATHS[planted.kind]}/preview?edit=true"
    answer = planted.ask("POST", where, json=sent)
    assert answer.status_code == 200, answer.text
    assert not tells(answer.text)


@pytest.mark.parametrize(
    ("output", "counts"),
    [
        ("detail-children.rowData", "2 more in namespaces that are not visible to you."),
        ("detail-yaml.children", "childrenHidden: 2"),
        ("detail-delete-dependents.children", "2 more children that are not visible to you"),
        ("wizard-progress.data", '"hidden":2'),
    ],
)
def test_a_page_counts_them(planted: Planted, output: str, counts: str) -> None:
    planted.told()
    ref = planted.ref
    has = {
        "operated_ref": ref,
        "detail_ref": ref,
        "wizard_watch": ref,
        "detail_ask": 1,
        "detail_page": "",
    }
    told = planted.page(output, **has)
    assert counts in told
    assert "another namespace" in told or "delete" in output
    assert not tells(told)
    assert tells(planted.page(output, limited=False, **has))


def test_an_unlimited_console_sees_all(planted: Planted) -> None:
    place = (CLUSTER, planted.kind, HOME, planted.name)
    found = planted.console.container.resources.detail(CONSOLE, *place)
    assert len(found["children"]) == found["children_total"] == 3
    limited = planted.console.container.resources.detail(LIMITED, *place)
    assert (limited["children_total"], limited["children_hidden"]) == (3, 2)
