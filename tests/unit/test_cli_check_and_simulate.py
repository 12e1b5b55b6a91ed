"""Promise: ./run check and ./run simulate do as --help says, typed as a user types them: files,
folders, standard input, exit statuses, lines; no cluster and no server is needed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EDGE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: nginx
  listeners:
  - {name: http, port: 80, protocol: HTTP}
"""
SHOP = """\
# two documents
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports: [{port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
  namespace: shop
spec:
  parentRefs: [{name: edge}]
  hostnames: [www.example.com]
  rules:
  - matches:
    - path: {type: PathPrefix, value: /cart}
    backendRefs:
    - name: web
      port: 80
"""
REQUEST = '{"host": "www.example.com", "path": "/cart/1?x=y"}'


def run(*args: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "app.py"), *args]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "gateway.yaml").write_text(EDGE)
    (tmp_path / "deep" / "shop.yml").write_text(SHOP)
    (tmp_path / "README.md").write_text("no manifest")
    return tmp_path


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_folder_without_faults_passes(folder: Path) -> None:
    done = run("check", "-f", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "3 objects in 2 files: 0 errors, 0 warnings, 0 notes\n"


def test_an_error_is_told_with_file_and_line(folder: Path) -> None:
    path = folder / "deep" / "shop.yml"
    path.write_text(SHOP.replace("- name: web", "- name: nope"))
    done = run("check", "-f", str(folder))
    assert done.returncode == 1
    assert (
        f"{path}:22\n  error: HTTPRoute shop/web: Service shop/nope does not exist." in done.stdout
    )
    assert "by HTTPRoute.spec.rules.backendRefs" in done.stdout
    assert "Create the backend" in done.stdout


def test_what_a_cluster_prints_is_read_from_standard_input(folder: Path) -> None:
    """Lists, as ``kubectl get -o yaml`` and ``-o json`` print them, with lines of their items."""
    items = SHOP.partition("---\n")
    text = "apiVersion: v1\nkind: List\nitems:\n"
    for part in (items[0].partition("\n")[2], items[2].replace("port: 80\n", "port: 81\n")):
        rows = part.rstrip().splitlines()
        text += "\n".join(["- " + rows[0], *("  " + row for row in rows[1:])]) + "\n"
    done = run("check", "--json", "-f", "-", str(folder / "gateway.yaml"), given=text)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    issue = found["issues"][0]
    assert issue["reason"] == "BackendNotFound"
    assert issue["file"] == "<stdin>"
    assert text.splitlines()[issue["line"] - 1].strip() == "port: 81"
    assert issue["counterpart"] == {"kind": "Service", "namespace": "shop", "name": "web"}


def test_statuses_are_in_the_shape_of_the_api(folder: Path) -> None:
    done = run("check", "-f", str(folder), "--json")
    found = {(one["kind"], one["name"]): one for one in json.loads(done.stdout)["statuses"]}
    gateway = found["Gateway", "edge"]
    assert gateway["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert gateway["status"]["listeners"][0]["attachedRoutes"] == 1
    parent = found["HTTPRoute", "web"]["status"]["parents"][0]
    assert parent["parentRef"]["name"] == "edge"
    assert {one["type"]: one["status"] for one in parent["conditions"]} == {
        "Accepted": "True",
        "ResolvedRefs": "True",
    }


def test_an_object_that_no_server_takes_is_an_error_with_its_line(folder: Path) -> None:
    path = folder / "deep" / "shop.yml"
    path.write_text(SHOP.replace("      port: 80", "      port: eighty"))
    done = run("check", "-f", str(folder), "--json")
    assert done.returncode == 1
    issue = json.loads(done.stdout)["issues"][0]
    assert (issue["file"], issue["line"]) == (str(path), 23)
    assert issue["field"] == "spec.rules[0].backendRefs[0].port"
    assert "must be of type integer" in issue["message"]


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1\nb: 2\n", 2), ("kind: x\n\ttab: 1\n", 2), ("{{ if }}\n", 1)]
)
def test_bad_yaml_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    done = run("check", "-f", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"ngf-console: {path}:{line}: must be YAML")


def test_kinds_that_no_gateway_needs_are_counted(folder: Path) -> None:
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\n"
    (folder / "job.yaml").write_text(text)
    done = run("check", "-f", str(folder))
    assert done.returncode == 0
    assert "3 objects in 3 files, 1 of other kinds left aside" in done.stdout


def test_every_request_has_its_answer_on_its_line(folder: Path) -> None:
    requests = folder / "requests.jsonl"
    requests.write_text(f'{REQUEST}\n{{"path": 1}}\n{{"host": "www.example.com", "path": "/"}}\n')
    args = ("simulate", "-f", str(folder), "--gateway", "shop/edge", "--requests", str(requests))
    done = run(*args)
    assert (done.returncode, done.stderr) == (1, "")
    taken, wrong, missed = lines(done.stdout)
    assert taken["outcome"] == "backend"
    assert taken["route"] == {"kind": "HTTPRoute", "namespace": "shop", "name": "web"}
    assert taken["backends"][0]["name"] == "web"
    assert wrong["error"]["field"] == "path"
    assert wrong["error"]["rule"]
    assert (missed["outcome"], missed["status"]) == ("no_route", 404)


def test_requests_come_from_standard_input(folder: Path) -> None:
    args = ("simulate", "-f", str(folder), "--gateway", "shop/edge", "--requests", "-")
    done = run(*args, given=f"\ufeff{REQUEST}\r\n\n  \r\n{REQUEST}")
    assert done.returncode == 0
    assert [one["outcome"] for one in lines(done.stdout)] == ["backend", "backend"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--gateway": "shop/other"}, "have no Gateway shop/other; there is shop/edge"),
        ({"--requests": "/nowhere"}, "--requests: /nowhere: No such file"),
        ({"-f": "/nowhere"}, "/nowhere: No such file"),
    ],
)
def test_what_cannot_be_used_is_said(folder: Path, changed: dict[str, str], said: str) -> None:
    requests = folder / "requests.jsonl"
    requests.write_text(REQUEST)
    options = {"-f": str(folder), "--gateway": "shop/edge", "--requests": str(requests)} | changed
    done = run("simulate", *(part for pair in options.items() for part in pair))
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr


def test_a_context_that_is_not_there_is_said(folder: Path) -> None:
    config = folder / "config"
    config.write_text("apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n")
    done = run("check", "--kubeconfig", str(config), "-f", str(folder), "--against", "prod")
    assert done.returncode == 2
    assert done.stderr.startswith("ngf-console: --against: ")


def test_applying_to_a_cluster_is_told_as_difference(folder: Path) -> None:
    """The demo's cluster is a cluster like any other, read over its API."""
    route = SHOP.partition("---\n")[2].replace("{name: edge}", "{name: edge-public}")
    path = folder / "route.yaml"
    path.write_text(route.replace("name: web\n  namespace", "name: storefront\n  namespace"))
    done = run("check", "--demo", "-f", str(path), "--against", "web-fra", "--json")
    found = json.loads(done.stdout)
    introduced = {(one["name"], one["reason"]) for one in found["introduced"]}
    assert ("storefront", "BackendNotFound") in introduced
    assert done.returncode == 1
    assert found["moved"]
    assert {"gateway", "host", "path", "before", "after"} <= found["moved"][0].keys()
