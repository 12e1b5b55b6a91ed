"""A request that is asked about, as it was sent."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.errors import Invalid

SCHEMES = ("http", "https", "tls", "tcp", "udp")
_ALSO = {"ws": "http", "wss": "https", "grpc": "http", "grpcs": "https"}
GRPC_TYPE = "application/grpc"
# RFC 9110: 5.6.2 (methods and names of headers), 5.5 (their values), 7.2 (Host).
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_UNSENDABLE = re.compile(r"[\x00\r\n]")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s/?#@\[\]:]*)(:[0-9]*)?|[0-9A-Fa-f:.]+")
_NAME = re.compile(r"[^\s/?#@\[\]:]*")
_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    ``scheme`` is "" and ``port`` None where they were not told; ``host`` is as in the Host header,
    with its port if it has one. ``path`` is the target as sent, with the query. ``headers`` are in
    the order they came, repeated ones as often as they came, without Host. ``sni`` is None where it
    was not told ("" for none). ``grpc`` is (service, method) of a gRPC call.
    """

    method: str = "GET"
    scheme: str = ""
    host: str = ""
    port: int | None = None
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    sni: str | None = None
    grpc: tuple[str, str] | None = None

    @property
    def hostname(self) -> str:
        """The host as names are compared: lower case, without port and trailing dot."""
        host = self.host
        if host.startswith("["):
            return host[: host.find("]") + 1].lower() or host.lower()
        if host.count(":") == 1:
            host = host.partition(":")[0]
        return host.rstrip(".").lower()

    @property
    def host_port(self) -> int | None:
        """The port that stands in the Host header, if there is one."""
        after = self.host.rpartition("]")[2] if self.host.startswith("[") else self.host
        text = after.partition(":")[2] if after.count(":") == 1 else ""
        return int(text) if text.isdigit() and int(text) in _PORTS else None

    @property
    def call(self) -> tuple[str, str] | None:
        """(service, method) of what is a gRPC call by what was told or by its content type."""
        if self.grpc is not None:
            return self.grpc
        kind = (self.header("content-type") or "").lower()
        # Not application/grpc-web, which is another protocol.
        if self.method != "POST" or not (kind + ";").startswith((GRPC_TYPE + ";", GRPC_TYPE + "+")):
            return None
        service, _, method = self.path.partition("?")[0].removeprefix("/").partition("/")
        return (service, method) if service and method and "/" not in method else None

    def header(self, name: str) -> str | None:
        """The value of a header, of a repeated one all joined by commas (RFC 9110, 5.3)."""
        values = [value for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None


def parse(document: object) -> Request:
    """A request from its JSON form: ``method``, ``scheme``, ``host``, ``port``, ``path``,
    ``query``, ``headers``, ``sni``, ``grpc``. Each may be left out; others are not looked at.

    ``path`` may hold a query or be a whole URL; ``query`` (text or an object) is added to it.
    ``headers`` is an object (values: text, numbers or lists of them) or a list of pairs, ``grpc``
    an object with ``service`` and ``method``, neither of them empty.

    Raises:
        Invalid: a field has not the type or value that it must have.
    """
    if not isinstance(document, Mapping):
        raise Invalid.of("request", "must be an object")
    call = _call(document.get("grpc"))
    scheme = _text(document, "scheme").lower()
    headers = _headers(document.get("headers"))
    host = _text(document, "host")
    path = _text(document, "path")
    if "://" in path.partition("?")[0] and not path.startswith("/"):
        scheme, host, path = _from_url(path, scheme, host)
    if scheme in ("grpc", "grpcs") and call is None:
        service, _, method = path.strip("/").partition("/")
        if not service or not method:
            raise Invalid.of("path", "must be /service/method of a call")
        call = (service, method)
    scheme = _ALSO.get(scheme, scheme)
    if scheme and scheme not in SCHEMES:
        raise Invalid.of("scheme", f"must be one of {', '.join((*SCHEMES, *_ALSO))}")
    for name, value in headers:
        if name.lower() in ("host", ":authority") and not host:
            host = value
    headers = tuple(one for one in headers if one[0].lower() not in ("host", ":authority"))
    if not all(_TOKEN.fullmatch(name) for name, _ in headers):
        raise Invalid.of("headers", "must have names of letters, digits and -, without spaces")
    method = _text(document, "method") or ("POST" if call else "GET")
    if not _TOKEN.fullmatch(method):
        raise Invalid.of("method", "must be one word")
    sni = document.get("sni")
    if sni is not None and not isinstance(sni, str):
        raise Invalid.of("sni", "must be text")
    if not _NAME.fullmatch(sni or ""):
        raise Invalid.of("sni", "must be a host name without port")
    return Request(
        method=method,
        scheme=scheme,
        host=_host(host.strip()),
        port=_port(document.get("port")),
        path=f"/{call[0]}/{call[1]}" if call else _target(path, document.get("query")),
        headers=headers,
        sni=None if sni is None else sni.rstrip(".").lower(),
        grpc=call,
    )


def _host(host: str) -> str:
    if not _HOST.fullmatch(host):
        raise Invalid.of("host", "must be a name or an address, with a port at most")
    port = host.rpartition(":")[2] if host.count(":") == 1 or "]:" in host else ""
    if port and int(port) not in _PORTS:
        raise Invalid.of("host", "must have a port from 1 to 65535")
    return host


def _target(path: str, query: object) -> str:
    path = path or "/"
    if not path.startswith("/") and path != "*":
        if not path.startswith("?"):
            raise Invalid.of("path", "must start with /")
        path = "/" + path
    path = path.partition("#")[0]
    if _UNSENDABLE.search(path):
        raise Invalid.of("path", "must be one line")
    if query in (None, "", {}):
        return path
    if isinstance(query, Mapping):
        query = urlencode([*_each("query", query.items())])
    if not isinstance(query, str) or _UNSENDABLE.search(query):
        raise Invalid.of("query", "must be text or an object")
    return path + ("&" if "?" in path else "?") + query.lstrip("?")


def _from_url(url: str, scheme: str, host: str) -> tuple[str, str, str]:
    told, _, rest = url.partition("://")
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    named = rest[:end].rpartition("@")[2]
    if not host and not named:
        raise Invalid.of("host", "must be in a URL, such as https://shop.example.com/cart")
    return scheme or told.lower(), host or named, rest[end:].partition("#")[0] or "/"


def _call(value: object) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Invalid.of("grpc", "must be an object with service and method")
    for name in ("service", "method"):
        told = value.get(name)
        if not isinstance(told, str) or not told or "/" in told:
            raise Invalid.of(f"grpc.{name}", "must be text that is not empty and has no /")
    return value["service"], value["method"]


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple((name, text.strip()) for name, text in _each("headers", value.items()))
    if not isinstance(value, list):
        raise Invalid.of("headers", "must be an object or a list of pairs")
    pairs: list[tuple[str, object]] = []
    for one in value:
        if isinstance(one, Mapping) and isinstance(one.get("name"), str):
            pairs.append((one["name"], one.get("value")))
        elif isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str):
            pairs.append((one[0], one[1]))
        else:
            raise Invalid.of("headers", "must be an object or a list of pairs")
    return tuple((name, text.strip()) for name, text in _each("headers", pairs))


def _each(field: str, pairs: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str]]:
    """Each value with its name; a list has several."""
    for name, held in pairs:
        for value in held if isinstance(held, list) else [held]:
            yield str(name), _value(field, value)


def _value(field: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or _UNSENDABLE.search(text):
        raise Invalid.of(field, "must have values that are text of one line")
    return text


def _port(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
        raise Invalid.of("port", "must be a number from 1 to 65535")
    return value


def _text(document: Mapping[str, Any], field: str) -> str:
    value = document.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid.of(field, "must be text")
    return value
