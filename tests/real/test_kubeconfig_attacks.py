"""Promise: a kubeconfig can never make the hub run a program, read a file, trust anybody or call
what it must not, whether it comes by REST or in a Secret: it is refused with the field, and none of
it is stored or followed."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.demo.api import DemoApi
from services.errors import ConsoleError
from tests.real.attacks import Attack, Traps, attacks, kubeconfig
from tests.real.controlplane import Obj
from tests.real.hub import Hub, hub_on, secret
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traps]:
    with Traps(tmp_path_factory.mktemp("traps")) as made:
        yield made


@pytest.fixture(scope="module")
def refused(hubs: tuple[Hub, Hub], traps: Traps) -> list[Attack]:
    """All attacks; they are in a fixture because they name the traps."""
    return attacks(traps)


def stored(hub: Hub) -> tuple[set[str], set[str]]:
    """The names of the ManagedClusters and of the Secrets."""
    clusters, secrets = (hub.api.get(path).ok() for path in (hub.managed(), hub.secret()))
    return (
        {item["metadata"]["name"] for item in clusters["items"]},
        {item["metadata"]["name"] for item in secrets["items"] if item["type"] == "Opaque"},
    )


def test_rest_refuses_each_with_the_field_and_stores_nothing(
    hubs: tuple[Hub, Hub], refused: list[Attack], traps: Traps
) -> None:
    hub, _ = hubs
    before = stored(hub)
    for attack in refused:
        body = {"name": attack.name, "displayName": "X", "kubeconfig": attack.text}
        for path in ("/clusters", "/clusters?dryRun=true"):
            answer = hub.rest("POST", path, json=body)
            assert answer.status_code == 422, (attack.name, path, answer.text)
            error = answer.json()["error"]
            assert error["code"] == "kubeconfig_refused", (attack.name, path, error)
            fields = [one["field"] for one in error["details"]["fields"]]
            assert fields[0] == attack.field, (attack.name, path, error)
            assert "planted" not in answer.text
    assert stored(hub) == before
    assert traps.sprung == []


def test_an_edit_is_refused_likewise_and_changes_nothing(
    hubs: tuple[Hub, Hub], refused: list[Attack], traps: Traps, workload: DemoApi
) -> None:
    hub, _ = hubs
    body = {"name": "edited", "displayName": "Before", "kubeconfig": workload.kubeconfig()}
    assert hub.rest("POST", "/clusters", json=body).status_code == 201
    wait_until("connected", lambda: hub.cluster("edited").get("connected"))
    paths = hub.managed("edited"), hub.secret("edited-kubeconfig")
    before = [hub.api.get(path).ok() for path in paths]
    for attack in refused:
        patch = {"kubeconfig": attack.text, "displayName": "After"}
        answer = hub.rest("PATCH", "/clusters/edited", json=patch)
        assert answer.status_code == 422, (attack.name, answer.text)
        assert answer.json()["error"]["code"] == "kubeconfig_refused", attack.name
    after = [hub.api.get(path).ok() for path in paths]
    assert after[0]["spec"] == before[0]["spec"]
    assert after[1] == before[1]
    assert hub.cluster("edited")["connected"]
    assert traps.sprung == []
    hub.rest("DELETE", "/clusters/edited")


def test_one_in_a_secret_is_shown_as_refused_with_the_field_and_not_followed(
    hubs: tuple[Hub, Hub], refused: list[Attack], traps: Traps
) -> None:
    hub, other = hubs
    for attack in refused:
        hub.create_by_kubectl(attack.name, attack.text)

    def condition(name: str) -> Obj:
        obj = hub.api.get(hub.managed(name)).ok()
        told = obj.get("status", {}).get("conditions", ())
        return next((one for one in told if one["type"] == "Connected"), {"reason": ""})

    for attack in refused:
        wait_until(attack.name, lambda: condition(attack.name)["reason"] == "KubeconfigRefused")  # noqa: B023
        told = condition(attack.name)
        assert told["status"] == "False"
        assert attack.field in told["message"], attack.name
        assert "planted" not in str(told)
        for one in (hub, other):
            cluster = one.cluster(attack.name)
            assert attack.field in cluster["reason"], attack.name
            assert (cluster["connected"], cluster["phase"]) == (False, "Unreachable")
        tested = hub.rest("POST", f"/clusters/{attack.name}/test")
        assert tested.status_code == 422
        assert tested.json()["error"]["code"] == "kubeconfig_refused"
    assert traps.sprung == []
    hub.api.delete(hub.managed()).ok()


def test_a_cluster_whose_kubeconfig_is_refused_from_now_on_is_not_called_with_the_old_one(
    hubs: tuple[Hub, Hub], traps: Traps, workload: DemoApi
) -> None:
    hub, _ = hubs
    hub.create_by_kubectl("turned", workload.kubeconfig())
    wait_until("connected", lambda: hub.cluster("turned").get("connected"))
    cluster = hub.container.fleet.get("turned")
    assert cluster.client.version()
    text = yaml.safe_dump(kubeconfig(traps, {"exec": traps.program}))
    data = secret("x", text)["data"]
    hub.api.patch(hub.secret("turned-own"), {"data": data}, MERGE_PATCH).ok()
    wait_until("refused", lambda: "exec" in hub.cluster("turned")["reason"])
    with pytest.raises(ConsoleError, match="exec"):
        cluster.client.version()
    hub.api.delete(hub.secret("turned-own")).ok()
    wait_until("gone", lambda: "does not exist" in hub.cluster("turned")["reason"])
    with pytest.raises(ConsoleError, match="does not exist"):
        cluster.client.version()
    assert traps.sprung == []


def test_plain_http_is_taken_where_the_console_was_told_so_and_nothing_else_is(
    kube_api: KubeApi, namespace: str, tmp_path: Path, traps: Traps
) -> None:
    with hub_on(kube_api, namespace, tmp_path, allow_http_clusters=True) as hub:
        plain = kubeconfig(traps, cluster={"server": "http://127.0.0.1:1"})
        body = {"name": "plain", "displayName": "P", "kubeconfig": yaml.safe_dump(plain)}
        assert hub.rest("POST", "/clusters", json=body).status_code == 201
        wait_until("tried", lambda: "refused" in hub.cluster("plain").get("reason", ""))
        for attack in attacks(traps):
            if attack.name.startswith("plain-http"):
                continue
            body = {"name": attack.name, "displayName": "X", "kubeconfig": attack.text}
            answer = hub.rest("POST", "/clusters", json=body)
            assert answer.status_code == 422, (attack.name, answer.text)
    assert traps.sprung == []


def test_the_traps_themselves_work(tmp_path: Path) -> None:
    with Traps(tmp_path) as traps:
        assert traps.sprung == []
        subprocess.run([traps.program["command"], *traps.program["args"]], check=True)
        reading = os.open(traps.pipe, os.O_RDONLY | os.O_NONBLOCK)
        with socket.create_connection(("0.0.0.0", traps.port)):
            assert traps.sprung == ["a program ran", "a file was read", "a connection was opened"]
        os.close(reading)
