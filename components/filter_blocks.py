"""What the form has of each filter, of timeouts, retries and session persistence: its inputs, and
what a new one holds. Field meanings: Gateway API v1, HTTPRouteFilter, GRPCRouteFilter,
HTTPRouteTimeouts, HTTPRouteRetry, SessionPersistence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.field_blocks import (
    Block,
    Duration,
    NewPath,
    Number,
    Numbers,
    Pairs,
    PathKind,
    Reference,
    Select,
    Setting,
    Share,
    Words,
)
from components.field_paths import fields
from components.forms import Object


@dataclass(frozen=True)
class Filter(Block):
    """The ``nth`` filter of a ``type``, whose settings stand under ``key``."""

    type: str = ""
    key: str = ""
    nth: int = 0

    @property
    def row(self) -> str:
        return f"filter-{self.name}"

    @property
    def group(self) -> str:
        """What filters of its type share in the names of buttons."""
        return self.name.rstrip("0123456789")

    def of(self, filters: Sequence[Any]) -> Object | None:
        """The filter in a list; None where it has none."""
        found = [one for one in filters if is_of(one, self.type)]
        return found[self.nth] if self.nth < len(found) else None

    def held(self, filters: Sequence[Any]) -> Object:
        """Its settings; none where there is no such filter."""
        return fields(self.of(filters) or {}, self.key)


def _headers(name: str, title: str, kind: str) -> Filter:
    return Filter(
        name,
        title,
        (
            Pairs("set", "Set", "set", "header: value; header: value"),
            Pairs("add", "Add", "add", "header: value"),
            Words("remove", "Remove", "remove", "header, header"),
        ),
        {"set": []},
        kind,
        kind[0].lower() + kind[1:],
    )


def _path(of: str) -> tuple[Setting, ...]:
    return (
        PathKind("kind", "Path", "path.type", unset="Keep the path", noun=f"{of} path type"),
        NewPath("path", "New path", "path"),
        Setting("hostname", "Hostname", "hostname", "keep the host"),
    )


def _mirror() -> Filter:
    return Filter(
        "mirror",
        "Mirror",
        (
            Reference("backend", "To", "backendRef", "Service", "services"),
            Number("port", "Port", "backendRef.port"),
            Share("share", "Share", hint="all; or 5%, 1/3"),
        ),
        {"backendRef": {"name": "", "port": 80}},
        "RequestMirror",
        "requestMirror",
    )


def _extension(nth: int) -> Filter:
    return Filter(
        f"extension{nth}",
        "Extension" if nth == 0 else "Another extension",
        (
            Select("kind", "Kind", "kind", values=EXTENSIONS, noun="extension"),
            Setting("name", "Name", "name", offers="extensions"),
        ),
        {"group": "gateway.nginx.org", "kind": EXTENSIONS[0], "name": ""},
        "ExtensionRef",
        "extensionRef",
        nth,
    )


EXTENSIONS = ("SnippetsFilter", "AuthenticationFilter")
"""Kinds of NGF that an extension may be."""
SEVERAL = ("RequestMirror", "ExtensionRef")
"""Filters of which Gateway API takes several in a place."""
CODES = ("301", "302", "303", "307", "308")

FILTERS = (
    _headers("headers", "Request headers", "RequestHeaderModifier"),
    _headers("response", "Response headers", "ResponseHeaderModifier"),
    Filter(
        "rewrite",
        "Rewrite",
        _path("rewrite"),
        {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
        "URLRewrite",
        "urlRewrite",
    ),
    Filter(
        "redirect",
        "Redirect",
        (
            Select(
                "scheme",
                "Scheme",
                "scheme",
                values=("http", "https"),
                unset="Keep it",
                noun="redirect scheme",
            ),
            Select(
                "code",
                "Status",
                "statusCode",
                values=CODES,
                default="302",
                number=True,
                noun="redirect status",
            ),
            *_path("redirect"),
            Number("port", "Port", "port"),
        ),
        {"scheme": "https", "statusCode": 301},
        "RequestRedirect",
        "requestRedirect",
    ),
    _mirror(),
    Filter(
        "cors",
        "CORS",
        (
            Words("origins", "Origins", "allowOrigins", "https://a.example, https://*.b.example"),
            Words("methods", "Methods", "allowMethods", "GET, POST or *"),
            Words("headers", "Headers", "allowHeaders", "header, header or *"),
            Words("expose", "Expose", "exposeHeaders", "header, header"),
            Select(
                "credentials",
                "Credentials",
                "allowCredentials",
                values=("true", "false"),
                unset="Not set",
            ),
            Number("age", "Kept for s", "maxAge", "5", high=2_147_483_647),
        ),
        {"allowOrigins": ["*"]},
        "CORS",
        "cors",
    ),
    _extension(0),
    _extension(1),
)
SETTINGS = (
    Block(
        "timeouts",
        "Timeouts",
        (
            Duration("request", "Request", "request", "no limit of its own"),
            Duration("backend", "Backend", "backendRequest", "as the request"),
        ),
        {"request": "10s"},
    ),
    Block(
        "retry",
        "Retry",
        (
            Numbers("codes", "Status", "codes", "503, 504", low=400, high=599),
            Number("attempts", "At most", "attempts", "as the controller sees fit", high=2**31 - 1),
            Duration("backoff", "Apart", "backoff", "as the controller sees fit"),
        ),
        {"codes": [503], "attempts": 2},
    ),
    Block(
        "session",
        "Session persistence",
        (
            Select(
                "type",
                "By",
                "type",
                values=("Cookie", "Header"),
                default="Cookie",
                noun="session persistence",
            ),
            Setting("name", "Name", "sessionName", "chosen by the controller"),
            Duration("absolute", "At most", "absoluteTimeout", "no limit"),
            Duration("idle", "Idle", "idleTimeout", "no limit"),
            Select(
                "lifetime",
                "Cookie",
                "cookieConfig.lifetimeType",
                values=("Session", "Permanent"),
                default="Session",
            ),
        ),
        {"type": "Cookie"},
    ),
)
KEYS = {"timeouts": "timeouts", "retry": "retry", "session": "sessionPersistence"}
"""Where each of the settings stands in a rule."""


def is_of(item: Any, type_name: str) -> bool:
    """Whether something in a list of filters is one of a type."""
    return isinstance(item, dict) and item.get("type") == type_name


def told() -> list[Object]:
    """What the browser draws filters of backends by: ``type``, the ``key`` of its settings, its
    ``title``, what a new one holds and whether there may be several."""
    return [
        {
            "type": one.type,
            "key": one.key,
            "title": one.title,
            "start": one.start,
            "several": one.type in SEVERAL,
        }
        for one in FILTERS
        if one.nth == 0
    ]
