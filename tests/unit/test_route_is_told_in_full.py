"""Promise: a route's page leaves out nothing of what its rules do, whatever fields they use."""

from collections.abc import Iterator
from typing import Any

import pytest

from components import detail_rows
from services.auth.identity import CONSOLE
from services.errors import NotFound
from tests.unit.test_listing_freshness import Known, resources

REWRITE = {
    "hostname": "inner.example",
    "path": {"type": "ReplaceFullPath", "replaceFullPath": "/inner"},
}
REDIRECT = {
    "scheme": "https",
    "hostname": "new.example",
    "port": 8443,
    "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"},
    "statusCode": 308,
}
CORS = {
    "allowOrigins": ["https://a.example", "https://b.example"],
    "allowMethods": ["GET", "PUT"],
    "allowHeaders": ["x-asked"],
    "exposeHeaders": ["x-shown"],
    "allowCredentials": True,
    "maxAge": 600,
}
BY_HTTP = {
    "protocol": "HTTP",
    "backendRef": {"name": "auth", "namespace": "guard", "port": 9000},
    "http": {
        "path": "/check",
        "allowedHeaders": ["x-token"],
        "allowedResponseHeaders": ["x-user"],
    },
    "forwardBody": {"maxSize": 8192},
}
BY_GRPC = {
    "protocol": "GRPC",
    "backendRef": {"name": "authz", "port": 9001},
    "grpc": {"allowedHeaders": ["x-seen"]},
}
THIRD = {
    "backendRef": {"name": "copy", "port": 8081},
    "fraction": {"numerator": 1, "denominator": 3},
}
PART = {"backendRef": {"name": "copy", "port": 8082}, "percent": 42}
RULE = {
    "matches": [{"path": {"type": "PathPrefix", "value": "/shop"}}],
    "filters": [
        {"type": "URLRewrite", "urlRewrite": REWRITE},
        {"type": "RequestRedirect", "requestRedirect": REDIRECT},
        {"type": "CORS", "cors": CORS},
        {"type": "ExternalAuth", "externalAuth": BY_HTTP},
        {"type": "ExternalAuth", "externalAuth": BY_GRPC},
        {"type": "RequestMirror", "requestMirror": THIRD},
    ],
    "backendRefs": [
        {"name": "web", "port": 8080, "filters": [{"type": "RequestMirror", "requestMirror": PART}]}
    ],
    "timeouts": {"request": "10s", "backendRequest": "4s"},
    "retry": {"codes": [502, 503], "attempts": 3, "backoff": "100ms"},
    "sessionPersistence": {
        "type": "Cookie",
        "sessionName": "sid",
        "absoluteTimeout": "12h",
        "idleTimeout": "20m",
        "cookieConfig": {"lifetimeType": "Permanent"},
    },
}


def shown() -> dict[str, Any]:
    """The rule as a row of the page's table."""
    route = {
        "metadata": {"namespace": "shop", "name": "all", "resourceVersion": "1"},
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [RULE]},
    }
    model = resources(Known({"httproutes": [route]}))
    return detail_rows.rules(model.detail(CONSOLE, "web", "httproutes", "shop", "all")["rules"])[0]


def test_every_filter_and_setting_says_what_it_does() -> None:
    assert shown()["filters"] == [
        "rewrite host to inner.example and path to /inner",
        "redirect 308 to https://new.example:8443/new in place of the prefix",
        "CORS for https://a.example, https://b.example; methods GET, PUT; request headers x-asked; "
        "exposes headers x-shown; credentials allowed; kept for 600 s",
        "external authorization by HTTP at guard/auth:9000; path /check; sends headers x-token; "
        "takes back headers x-user; sends the body up to 8192 bytes",
        "external authorization by GRPC at authz:9001; sends headers x-seen",
        "mirror 1/3 to copy:8081",
        "request timeout 10s",
        "backend request timeout 4s",
        "retry up to 3 times on 502, 503; at least 100ms apart",
        "session persistence by cookie sid; at most 12h; idle at most 20m; permanent cookie",
    ]
    assert shown()["backends"][0]["note"].endswith(", mirror 42% to copy:8082")


def test_no_value_of_the_rule_is_left_out() -> None:
    def values(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key != "type":
                    yield from values(value)
        elif isinstance(node, list):
            for value in node:
                yield from values(value)
        elif not isinstance(node, bool):
            yield str(node).casefold()

    text = str(shown()).casefold()
    assert [value for value in values(RULE) if value not in text] == []


def test_a_kind_that_is_not_installed_is_no_empty_list() -> None:
    known = resources(Known({"httproutes": []}))
    known.require_installed("web", "httproutes")
    for ask in (
        lambda: known.require_installed("web", "tcproutes"),
        lambda: known.raw(CONSOLE, "web", "tcproutes", "shop", "one"),
    ):
        with pytest.raises(NotFound) as refused:
            ask()
        assert refused.value.error_code == "not_installed"
