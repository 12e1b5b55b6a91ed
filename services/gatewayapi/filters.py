"""What a rule does to requests, as one line of text for each filter and setting.

A line reads like what is done, with every field that decides how: ``mirror 1/3 to shop/copy:80``. A
filter of a kind unknown here is named as it stands.
"""

from collections.abc import Mapping
from typing import Any

from services.gatewayapi.text import backend_name

Object = Mapping[str, Any]

_FIELDS = {"URLRewrite": "urlRewrite", "CORS": "cors"}
"""Filter types whose field is not just their name with a small first letter."""


def filter_text(one: Object) -> str:
    """One filter of a rule or backend."""
    kind = str(one.get("type", ""))
    body = one.get(_FIELDS.get(kind, kind[:1].lower() + kind[1:])) or {}
    match kind:
        case "RequestHeaderModifier" | "ResponseHeaderModifier":
            where = "request" if kind.startswith("Request") else "response"
            return f"{where} header {_headers(body)}"
        case "RequestRedirect":
            return f"redirect {body.get('statusCode', 302)} to {_target(body)}"
        case "URLRewrite":
            host = f"host to {body['hostname']}" if body.get("hostname") else ""
            path = f"path to {_replaced(body['path'])}" if body.get("path") else ""
            return f"rewrite {' and '.join(filter(None, (host, path)))}"
        case "RequestMirror":
            return f"mirror{_share(body)} to {backend_name(body.get('backendRef') or {})}"
        case "CORS":
            return _cors(body)
        case "ExternalAuth":
            return _external_auth(body)
        case "ExtensionRef":
            return f"{body.get('kind')} {body.get('name')}"
    return kind


def settings(rule: Object) -> list[str]:
    """What a rule says beside its filters: timeouts, retries, session persistence."""
    words = {"backendRequest": "backend request"}
    said = [
        f"{words.get(name, name)} timeout {value}"
        for name, value in (rule.get("timeouts") or {}).items()
    ]
    if "retry" in rule:
        said.append(_retry(rule["retry"]))
    if "sessionPersistence" in rule:
        said.append(_session(rule["sessionPersistence"]))
    return said


def _headers(body: Object) -> str:
    return ", ".join(
        [
            *(f"set {h['name']}: {h.get('value', '')}" for h in body.get("set") or ()),
            *(f"add {h['name']}: {h.get('value', '')}" for h in body.get("add") or ()),
            *(f"remove {name}" for name in body.get("remove") or ()),
        ]
    )


def _target(body: Object) -> str:
    parts = [
        f"{body['scheme']}://" if body.get("scheme") else "",
        body.get("hostname", ""),
        f":{body['port']}" if body.get("port") else "",
        _replaced(body.get("path")),
    ]
    return "".join(parts) or "the same place"


def _replaced(path: Object | None) -> str:
    if not path:
        return ""
    if path.get("type") == "ReplacePrefixMatch":
        return f"{path.get('replacePrefixMatch') or '/'} in place of the prefix"
    return str(path.get("replaceFullPath", ""))


def _share(body: Object) -> str:
    if "percent" in body:
        return f" {body['percent']}%"
    if fraction := body.get("fraction"):
        return f" {fraction.get('numerator')}/{fraction.get('denominator', 100)}"
    return ""


def _cors(body: Object) -> str:
    return _joined(
        f"CORS for {_listed(body, 'allowOrigins') or 'no origin'}",
        _after("methods", _listed(body, "allowMethods")),
        _after("request headers", _listed(body, "allowHeaders")),
        _after("exposes headers", _listed(body, "exposeHeaders")),
        "credentials allowed" if body.get("allowCredentials") else "",
        f"kept for {body['maxAge']} s" if "maxAge" in body else "",
    )


def _external_auth(body: Object) -> str:
    asked = body.get("grpc") or body.get("http") or {}
    whole = (body.get("forwardBody") or {}).get("maxSize")
    return _joined(
        f"external authorization by {body.get('protocol', '')} "
        f"at {backend_name(body.get('backendRef') or {})}",
        _after("path", asked.get("path", "")),
        _after("sends headers", _listed(asked, "allowedHeaders")),
        _after("takes back headers", _listed(asked, "allowedResponseHeaders")),
        f"sends the body up to {whole} bytes" if whole else "",
    )


def _retry(retry: Object) -> str:
    attempts = retry.get("attempts")
    often = "" if attempts is None else f"up to {attempts} {'time' if attempts == 1 else 'times'}"
    when = _after("on", ", ".join(map(str, retry.get("codes") or ())))
    apart = f"at least {retry['backoff']} apart" if retry.get("backoff") else ""
    return _joined(" ".join(filter(None, ("retry", often, when))), apart)


def _session(session: Object) -> str:
    kind = str(session.get("type", "Cookie")).lower()
    lifetime = (session.get("cookieConfig") or {}).get("lifetimeType")
    return _joined(
        " ".join(filter(None, ("session persistence by", kind, session.get("sessionName")))),
        _after("at most", session.get("absoluteTimeout", "")),
        _after("idle at most", session.get("idleTimeout", "")),
        f"{lifetime.lower()} cookie" if lifetime else "",
    )


def _listed(body: Object, name: str) -> str:
    return ", ".join(body.get(name) or ())


def _after(word: str, said: str) -> str:
    return f"{word} {said}" if said else ""


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
