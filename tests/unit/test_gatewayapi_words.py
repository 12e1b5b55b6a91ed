"""Promise: what a route matches and does, and what is said of it, reads as what it is."""

from typing import Any

import pytest

from services.gatewayapi import conditions, filters, text


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({}, "/*"),
        ({"path": {"type": "PathPrefix", "value": "/"}}, "/*"),
        ({"path": {"type": "PathPrefix", "value": "/shop/"}}, "/shop/*"),
        ({"path": {"type": "Exact", "value": "/pay"}, "method": "POST"}, "POST = /pay"),
        ({"path": {"type": "RegularExpression", "value": "/v[12]"}}, "~ /v[12]"),
        (
            {
                "path": {"value": "/a"},
                "headers": [{"name": "x", "value": "1", "type": "RegularExpression"}],
                "queryParams": [{"name": "q", "value": "2"}],
            },
            "/a/* header x: ~1 query q=2",
        ),
    ],
)
def test_a_match_in_one_line(match: dict[str, Any], said: str) -> None:
    assert text.http_match(match) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            {
                "type": "RequestHeaderModifier",
                "requestHeaderModifier": {
                    "set": [{"name": "a", "value": "1"}],
                    "add": [{"name": "b", "value": "2"}],
                    "remove": ["c"],
                },
            },
            "request header set a: 1, add b: 2, remove c",
        ),
        (
            {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}},
            "redirect 301 to https://",
        ),
        (
            {
                "type": "URLRewrite",
                "urlRewrite": {
                    "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"},
                },
            },
            "rewrite path to / in place of the prefix",
        ),
        (
            {
                "type": "RequestMirror",
                "requestMirror": {"backendRef": {"name": "b", "port": 80}, "percent": 5},
            },
            "mirror 5% to b:80",
        ),
        (
            {"type": "ExtensionRef", "extensionRef": {"kind": "SnippetsFilter", "name": "f"}},
            "SnippetsFilter f",
        ),
        ({"type": "SomethingNew"}, "SomethingNew"),
    ],
)
def test_a_filter_in_one_line(one: dict[str, Any], said: str) -> None:
    assert filters.filter_text(one) == said


def gateway(*said: tuple[str, str, str], listeners: list[Any] | None = None) -> dict[str, Any]:
    listed = [{"type": kind, "status": status, "reason": why} for kind, status, why in said]
    return {"status": {"conditions": listed, "listeners": listeners or []}}


BAD = {
    "name": "https",
    "conditions": [{"type": "ResolvedRefs", "status": "False", "reason": "InvalidCertificateRef"}],
}


@pytest.mark.parametrize(
    ("obj", "word", "reason"),
    [
        ({}, "Pending", "waiting for controller"),
        (gateway(("Programmed", "Unknown", "Pending")), "Pending", "Pending"),
        (gateway(("Programmed", "True", "Programmed")), "Programmed", ""),
        (gateway(("Accepted", "False", "Invalid")), "Not accepted", "Invalid"),
        (gateway(("Programmed", "False", "NoAddress")), "Not programmed", "NoAddress"),
        (
            gateway(("Programmed", "True", "Programmed"), listeners=[BAD]),
            "Partly programmed",
            "InvalidCertificateRef",
        ),
    ],
)
def test_a_gateway_has_our_word_and_the_controllers_reason(
    obj: dict[str, Any], word: str, reason: str
) -> None:
    verdict = conditions.gateway(obj)
    assert (verdict.status_word, verdict.reason) == (word, reason)


def test_a_gateway_of_another_controller_is_not_judged() -> None:
    verdict = conditions.gateway(gateway(("Programmed", "False", "X")), "istio.io/controller")
    assert (verdict.status, verdict.status_word) == ("unknown", "Not NGF")


def test_what_is_marked_for_deletion_says_what_it_waits_for() -> None:
    assert conditions.deleting({"metadata": {"finalizers": ["a"]}}) is None
    metadata = {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a.io/x", "b.io/y"]}
    going = conditions.deleting({"metadata": metadata})
    assert going
    assert (going.status_word, going.reason) == ("Deleting", "a.io/x, b.io/y")
    assert going.message.endswith("it goes when a.io/x and b.io/y are done.")
    free = conditions.deleting({"metadata": metadata | {"finalizers": []}})
    assert free
    assert (free.status_word, free.reason) == ("Deleting", "")


def test_a_transition_of_1970_has_no_age() -> None:
    one = {"type": "Accepted", "status": "Unknown", "lastTransitionTime": "1970-01-01T00:00:00Z"}
    assert conditions.shown([one])[0]["since"] is None


def test_a_condition_of_an_earlier_generation_is_marked() -> None:
    shown = conditions.shown([{"type": "Accepted", "status": "True", "observedGeneration": 1}], 2)
    assert shown[0]["old"] is True


def test_a_condition_that_is_true_in_part_is_a_warning() -> None:
    one = {"type": "Accepted", "status": "True", "reason": "ListenersNotValid"}
    assert conditions.shown([one])[0]["status"] == "warn"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ({}, ""),
        ({"matchLabels": {"tier": "edge", "zone": "a"}}, "tier=edge,zone=a"),
        (
            {
                "matchExpressions": [
                    {"key": "team", "operator": "In", "values": ["data", "ml"]},
                    {"key": "zone", "operator": "NotIn", "values": ["b"]},
                    {"key": "edge", "operator": "Exists"},
                    {"key": "old", "operator": "DoesNotExist"},
                ]
            },
            "team in (data, ml),zone notin (b),edge,!old",
        ),
    ],
)
def test_a_selector_reads_as_kubectl_takes_it(one: dict[str, Any], said: str) -> None:
    assert text.label_selector(one) == said
