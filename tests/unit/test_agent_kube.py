"""Promise: what a cluster has is counted in full, whatever way its API server tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.counting import KINDS, Catalogue, count
from agent.kube import KubeApi, KubeError
from agent.origin import Origin
from agent.report import Reporter, Scope
from tests.unit.loopback import Request, Response, answering

Query = dict[str, str]


@contextmanager
def api_server(*pages: Response) -> Iterator[tuple[KubeApi, list[Query]]]:
    """A server that gives these answers in turn, and the queries it got."""
    queries: list[Query] = []
    left = list(pages)

    def answer(request: Request) -> Response:
        asked = parse_qs(urlsplit(request.path).query)
        queries.append({name: values[0] for name, values in asked.items()})
        return left.pop(0)

    with answering(answer) as (url, _):
        yield KubeApi(Origin(url)), queries


def page(*names: str, more: str = "", **metadata: Any) -> Response:
    items = [{"metadata": {"name": name}} for name in names]
    return Response(200, {"items": items, "metadata": {"continue": more, **metadata}})


def names(api: KubeApi, **query: str) -> list[str]:
    return [obj["metadata"]["name"] for obj in api.list("/api/v1/pods", **query)]


def test_a_list_is_read_page_by_page_in_its_order() -> None:
    with api_server(page("a", "b", more="t1"), page("c", more="t2"), page("d")) as (api, queries):
        assert names(api, resourceVersion="0", labelSelector="x") == ["a", "b", "c", "d"]
    assert [query.get("continue") for query in queries] == [None, "t1", "t2"]
    assert [query.get("resourceVersion") for query in queries] == ["0", None, None]
    assert {query["labelSelector"] for query in queries} == {"x"}


def test_a_list_that_took_too_long_goes_on_with_what_is_there_now() -> None:
    gone = Response(410, {"message": "too old", "metadata": {"continue": "t2"}})
    with api_server(page("a", more="t1"), gone, page("b")) as (api, queries):
        assert names(api) == ["a", "b"]
    assert queries[-1]["continue"] == "t2"


def test_a_list_that_cannot_go_on_is_an_error_and_no_short_list() -> None:
    gone = Response(410, {"message": "too old"})
    with api_server(page("a", more="t1"), gone) as (api, _), pytest.raises(KubeError) as failed:
        names(api)
    assert failed.value.reason == "too old"


@pytest.mark.parametrize(
    ("pages", "number"),
    [
        ([page()], 0),
        ([page("a")], 1),
        ([page("a", more="t", remainingItemCount=41)], 42),
        # A server that does not count is read through.
        ([page("a", more="t"), page("a", "b", more="u"), page("c")], 3),
    ],
)
def test_a_count_is_what_is_here_and_what_remains(pages: list[Response], number: int) -> None:
    with api_server(*pages) as (api, queries):
        assert count(api, "/api/v1/services") == number
    assert queries[0]["limit"] == "1"


@pytest.mark.parametrize(
    ("response", "why", "reason"),
    [
        (Response(403, {"message": "pods is forbidden"}), "denied", "pods is forbidden"),
        (
            Response(401, {"message": "Unauthorized"}),
            "denied",
            "The API server does not accept the account's token.",
        ),
        (Response(404, b"404 page not found"), "absent", "/x was answered with status 404."),
        (Response(503, b"try later"), "failed", "/x was answered with status 503."),
        (Response(200, b"<html>"), "failed", "/x was not answered with a JSON object."),
    ],
)
def test_a_refusal_has_a_kind_and_the_servers_words(
    response: Response, why: str, reason: str
) -> None:
    with api_server(response) as (api, _), pytest.raises(KubeError) as refused:
        api.get("/x")
    assert (refused.value.why, refused.value.reason) == (why, reason)


def serving(groups: dict[str, dict[str, list[str]]]) -> dict[str, Response]:
    """Discovery of ``{group: {version: plurals}}`` as answers by path."""
    answers = {}
    for group, versions in groups.items():
        answers[f"/apis/{group}"] = Response(200, {"versions": [{"version": v} for v in versions]})
        for version, plurals in versions.items():
            resources = [{"name": plural} for plural in plurals]
            answers[f"/apis/{group}/{version}"] = Response(200, {"resources": resources})
    return answers


@pytest.mark.parametrize(
    ("groups", "path"),
    [
        (
            {"inference.networking.k8s.io": {"v1": ["inferencepools", "inferencepools/status"]}},
            "/apis/inference.networking.k8s.io/v1/inferencepools",
        ),
        (
            {
                "inference.networking.k8s.io": {"v1": ["inferencepoolimports"]},
                "inference.networking.x-k8s.io": {"v1alpha2": ["inferencepools"]},
            },
            "/apis/inference.networking.x-k8s.io/v1alpha2/inferencepools",
        ),
        ({"inference.networking.k8s.io": {"v2": ["inferencepools"]}}, None),
        ({}, None),
    ],
)
def test_a_kind_is_counted_in_the_version_that_is_served(
    groups: dict[str, dict[str, list[str]]], path: str | None
) -> None:
    answers = serving(groups)
    kind = next(kind for kind in KINDS if kind.name == "inferencePools")
    with answering(lambda request: answers.get(request.path, Response(404))) as (url, _):
        catalogue = Catalogue(KubeApi(Origin(url)))
        if path:
            assert catalogue.path(kind.plural, kind.candidates) == path
        else:
            with pytest.raises(KubeError, match="not installed"):
                catalogue.path(kind.plural, kind.candidates)


def test_a_part_that_fails_leaves_the_others_alone() -> None:
    def answer(request: Request) -> Response:
        path = urlsplit(request.path).path
        if path == "/version":
            return Response(200, {"gitVersion": "v1.36.3"})
        if path == "/api/v1/nodes":  # a quantity that is none
            status = {"capacity": {"nvidia.com/gpu": "many"}}
            return Response(200, {"items": [{"metadata": {"name": "n"}, "status": status}]})
        if path == "/api/v1/services":
            return Response(500, {"message": "etcdserver: request timed out"})
        return page() if path.startswith("/api/") or "deployments" in path else Response(404)

    with answering(answer) as (url, _):
        reporter = Reporter(KubeApi(Origin(url)), Scope(), "0.1.0")
        body = reporter.report(7, datetime(2026, 1, 1, tzinfo=UTC))
    assert body["kubernetesVersion"] == "v1.36.3"
    assert body["gpuCapacity"] is None
    assert body["missing"]["gpuCapacity"] == "could not be read: ValueError"
    assert body["resourceCounts"]["namespaces"] == 0
    assert body["resourceCounts"]["services"] is None
    assert body["missing"]["resourceCounts.services"] == "etcdserver: request timed out"
    assert (body["ngfVersion"], body["ngfEdition"]) == (None, "unknown")
    assert body["missing"]["ngfVersion"].startswith("There is no Deployment")
    assert (body["agentVersion"], body["sequence"]) == ("0.1.0", 7)
    assert body["timestamp"] == "2026-01-01T00:00:00Z"


def test_a_server_that_falls_silent_is_not_waited_for_again() -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response(200, {"gitVersion": "v1.36.3"})

    with answering(answer) as (url, _):
        pass  # and gone
    body = Reporter(KubeApi(Origin(url)), Scope(), "0.1.0").report(1, datetime.now(UTC))
    assert asked == []
    assert set(body["missing"].values()) == {f"{url} does not answer: Connection refused."}
    assert len(body["missing"]) == len(KINDS) + 4
