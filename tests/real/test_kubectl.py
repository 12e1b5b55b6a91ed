"""kubectl, unchanged, works against both."""

import json
import os
import selectors
import time

import pytest
import yaml

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import config_map, core, route, routes

pytestmark = pytest.mark.compiled


def ok(kube_api: KubeApi, *arguments: str, stdin: str = "", user: str = "admin") -> str:
    done = kube_api.kubectl(*arguments, stdin=stdin, user=user)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifest(*objects: Obj) -> str:
    return yaml.safe_dump_all(objects)


def test_version_and_what_is_served(kube_api: KubeApi) -> None:
    assert "Server Version: v1." in ok(kube_api, "version")
    listing = ok(kube_api, "api-resources", "--api-group=gateway.networking.k8s.io", "-o", "name")
    assert "httproutes.gateway.networking.k8s.io" in listing.split()
    assert ok(kube_api, "auth", "can-i", "delete", "httproutes") == "yes\n"


def test_apply_changes_only_what_the_file_says(kube_api: KubeApi, namespace: str) -> None:
    text = manifest(route("one", labels={"a": "1"}), config_map("one", {"a": "1"}))
    assert "created" in ok(kube_api, "apply", "-n", namespace, "-f", "-", stdin=text)
    assert "configmap/one unchanged" in ok(
        kube_api, "apply", "-n", namespace, "-f", "-", stdin=text
    )
    label = {"metadata": {"labels": {"b": "2"}}}
    kube_api.patch(f"{routes(namespace)}/one", label, MERGE_PATCH).ok()
    changed_route = route("one", host="b.example", labels={"c": "3"})
    text = manifest(changed_route, config_map("one", {"b": "2"}))
    assert ok(kube_api, "apply", "-n", namespace, "-f", "-", stdin=text).count("configured") == 2
    changed = json.loads(ok(kube_api, "get", "httproute", "one", "-n", namespace, "-o", "json"))
    assert changed["spec"]["hostnames"] == ["b.example"]
    assert changed["metadata"]["labels"] == {"b": "2", "c": "3"}
    stored = kube_api.get(f"{core(namespace, 'configmaps')}/one").ok()
    assert stored["data"] == {"b": "2"}


def test_server_side_apply_names_the_manager_in_the_way(kube_api: KubeApi, namespace: str) -> None:
    arguments = ("apply", "--server-side", "-n", namespace, "-f", "-")
    text = manifest(config_map("one", {"a": "1"}))
    ok(kube_api, *arguments, "--field-manager=theirs", stdin=text)
    text = manifest(config_map("one", {"a": "2"}))
    refused = kube_api.kubectl(*arguments, stdin=text)
    assert refused.returncode == 1
    assert 'conflict with "theirs": .data.a' in refused.stderr
    assert "serverside-applied" in ok(kube_api, *arguments, "--force-conflicts", stdin=text)


def test_diff_shows_what_apply_would_do(kube_api: KubeApi, namespace: str) -> None:
    text = manifest(route("one"))
    ok(kube_api, "apply", "-n", namespace, "-f", "-", stdin=text)
    changed = manifest(route("one", host="b.example"))
    done = kube_api.kubectl(
        "apply", "--dry-run=server", "-n", namespace, "-o", "yaml", "-f", "-", stdin=changed
    )
    assert "b.example" in done.stdout
    assert kube_api.get(f"{routes(namespace)}/one").ok()["spec"]["hostnames"] == ["a.example"]


def test_get_prints_a_table(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    lines = ok(kube_api, "get", "httproutes", "-n", namespace).splitlines()
    assert lines[0].split() == ["NAME", "HOSTNAMES", "AGE"]
    assert lines[1].split()[:2] == ["one", '["a.example"]']
    everywhere = ok(kube_api, "get", "httproutes", "-A", "-o", "name").split()
    assert "httproute.gateway.networking.k8s.io/one" in everywhere
    assert "Hostnames:" in ok(kube_api, "describe", "httproute", "one", "-n", namespace)


def test_get_w_prints_changes_as_they_happen(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    arguments = ("get", "httproutes", "-n", namespace, "-w", "--output-watch-events")
    with kube_api.kubectl_process(*arguments) as process:
        assert process.stdout is not None
        lines = Lines(process.stdout.fileno())
        lines.expect("ADDED", "one")
        kube_api.post(routes(namespace), route("two")).ok()
        lines.expect("ADDED", "two")
        patch = {"spec": {"hostnames": ["new.example"]}}
        kube_api.patch(f"{routes(namespace)}/two", patch, MERGE_PATCH).ok()
        lines.expect("MODIFIED", "two", "new.example")
        kube_api.delete(f"{routes(namespace)}/one").ok()
        lines.expect("DELETED", "one")


def test_delete_waits_for_finalizers(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one", finalizers=["example.com/hold"])).ok()
    path = f"{routes(namespace)}/one"
    with kube_api.kubectl_process("delete", "httproute", "one", "-n", namespace) as process:
        wait_until(
            "the deletion has begun",
            lambda: kube_api.get(path).ok()["metadata"].get("deletionTimestamp"),
        )
        assert process.poll() is None
        kube_api.patch(path, {"metadata": {"finalizers": None}}, MERGE_PATCH).ok()
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "deleted" in out
    assert kube_api.get(path).status == 404


def test_label_annotate_and_edit_status(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    ok(kube_api, "label", "httproute", "one", "-n", namespace, "tier=web")
    ok(kube_api, "annotate", "httproute", "one", "-n", namespace, "note=x")
    ok(
        kube_api,
        *("patch", "httproute", "one", "-n", namespace, "--subresource=status", "--type=merge"),
        *("-p", '{"status":{"parents":[]}}'),
    )
    stored = kube_api.get(f"{routes(namespace)}/one").ok()
    assert stored["metadata"]["labels"] == {"tier": "web"}
    assert stored["metadata"]["annotations"] == {"note": "x"}
    assert stored["status"] == {"parents": []}


def test_a_wrong_field_is_pointed_out(kube_api: KubeApi, namespace: str) -> None:
    body = route("one")
    body["spec"]["hostnmes"] = ["typo.example"]
    refused = kube_api.kubectl("create", "-n", namespace, "-f", "-", stdin=manifest(body))
    assert refused.returncode == 1
    assert 'unknown field "spec.hostnmes"' in refused.stderr


def test_explain_knows_the_fields(kube_api: KubeApi) -> None:
    assert "hostnames" in ok(kube_api, "explain", "httproute.spec")


def test_who_may_not_is_told(kube_api: KubeApi, namespace: str) -> None:
    refused = kube_api.kubectl("delete", "ns", namespace, user="reader")
    assert refused.returncode == 1
    assert "Error from server (Forbidden)" in refused.stderr


class Lines:
    """Lines of a pipe, each awaited with a deadline."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = ""
        self._selector = selectors.DefaultSelector()
        self._selector.register(descriptor, selectors.EVENT_READ)

    def expect(self, *words: str, within_s: float = 20) -> None:
        """Skip lines up to one that has all the words."""
        deadline = time.monotonic() + within_s
        while True:
            line, newline, rest = self._text.partition("\n")
            if newline:
                self._text = rest
                if set(words) <= set(line.replace('["', "").replace('"]', "").split()):
                    return
                continue
            left = deadline - time.monotonic()
            assert self._selector.select(max(0, left)), f"{words} not within {within_s:g} s"
            chunk = os.read(self._descriptor, 65536).decode()
            assert chunk, f"the output ended before {words}"
            self._text += chunk
