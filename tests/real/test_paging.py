"""A long list comes in pages that together are one consistent list."""

import json
from base64 import b64decode, urlsafe_b64encode

import pytest

from tests.real.kube_api import KubeApi
from tests.real.objects import route, routes

NAMES = [f"r{number:02}" for number in range(12)]


@pytest.fixture
def twelve(kube_api: KubeApi, namespace: str) -> str:
    for name in NAMES:
        labels = {"even": str(int(name[1:]) % 2 == 0)}
        kube_api.post(routes(namespace), route(name, labels=labels)).ok()
    return routes(namespace)


def test_pages_follow_one_another(kube_api: KubeApi, twelve: str) -> None:
    first = kube_api.get(twelve, limit=5)
    assert first.names == NAMES[:5]
    assert first.body["metadata"]["remainingItemCount"] == 7
    token = first.body["metadata"]["continue"]
    second = kube_api.get(twelve, **{"limit": 5, "continue": token})
    assert second.names == NAMES[5:10]
    token = second.body["metadata"]["continue"]
    last = kube_api.get(twelve, **{"limit": 5, "continue": token})
    assert last.names == NAMES[10:]
    assert not last.body["metadata"].get("continue")
    assert "remainingItemCount" not in last.body["metadata"]


def test_later_pages_show_the_moment_of_the_first(kube_api: KubeApi, twelve: str) -> None:
    first = kube_api.get(twelve, limit=10)
    namespace = twelve.split("/")[-2]
    kube_api.delete(f"{twelve}/r11").ok()
    kube_api.post(routes(namespace), route("r99")).ok()
    token = first.body["metadata"]["continue"]
    rest = kube_api.get(twelve, **{"limit": 10, "continue": token})
    assert rest.names == ["r10", "r11"]
    versions = [page.body["metadata"]["resourceVersion"] for page in (first, rest)]
    assert versions[0] == versions[1]


def test_a_page_of_a_selection_does_not_say_how_many_remain(kube_api: KubeApi, twelve: str) -> None:
    first = kube_api.get(twelve, limit=4, labelSelector="even=True")
    assert first.names == ["r00", "r02", "r04", "r06"]
    assert "remainingItemCount" not in first.body["metadata"]
    token = first.body["metadata"]["continue"]
    rest = kube_api.get(twelve, **{"limit": 4, "continue": token, "labelSelector": "even=True"})
    assert rest.names == ["r08", "r10"]


def test_a_token_that_is_none(kube_api: KubeApi, twelve: str) -> None:
    answer = kube_api.get(twelve, **{"limit": 5, "continue": "x"})
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_a_token_of_forgotten_times_has_expired_and_offers_the_rest(
    kube_api: KubeApi, twelve: str
) -> None:
    token = kube_api.get(twelve, limit=5).body["metadata"]["continue"]
    kube_api.compact()
    old = kube_api.get(twelve, **{"limit": 5, "continue": aged(token)})
    assert (old.status, old.reason) == (410, "Expired")
    offered = old.body["metadata"]["continue"]
    assert kube_api.get(twelve, **{"limit": 50, "continue": offered}).names == NAMES[5:]


def aged(token: str) -> str:
    """The same place in a list of long ago."""
    decoded = json.loads(b64decode(token + "=" * (-len(token) % 4), altchars=b"-_"))
    return urlsafe_b64encode(json.dumps({**decoded, "rv": 1}).encode()).decode().rstrip("=")


def test_a_list_of_an_exact_forgotten_version_has_expired(kube_api: KubeApi, twelve: str) -> None:
    kube_api.compact()
    answer = kube_api.get(twelve, resourceVersion="1", resourceVersionMatch="Exact")
    assert (answer.status, answer.reason) == (410, "Expired")


def test_a_version_of_the_future_is_too_large(kube_api: KubeApi, twelve: str) -> None:
    version = int(kube_api.get(twelve).body["metadata"]["resourceVersion"]) + 1_000_000
    answer = kube_api.get(twelve, resourceVersion=str(version), resourceVersionMatch="Exact")
    assert answer.status in (400, 504)
