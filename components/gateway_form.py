"""The form of a Gateway: its class and its listeners.

Labels, annotations, addresses and infrastructure are edited in the YAML beside it and kept.
Field meanings: Gateway API v1, GatewaySpec.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import forms, references, typed
from components.field_paths import put, steps
from components.forms import Object, options

PROTOCOLS = ("HTTP", "HTTPS", "TLS", "TCP", "UDP")
PORTS = {"HTTP": 80, "HTTPS": 443, "TLS": 443}


class GatewayForm:
    """See `components.forms.Form`."""

    title = "Gateway"
    noun = "listener"
    above = ("class",)

    def layout(self) -> Any:
        return html.Div(
            className="fs",
            children=[
                forms.labelled(
                    "Gateway class", forms.text_input("class", list="edit-gatewayclasses")
                ),
                html.Div(
                    [
                        html.Span("Listeners", className="lab"),
                        forms.items(_listener_body()),
                        forms.add("item-add", "Listener"),
                    ]
                ),
                forms.text("other"),
            ],
        )

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        listener = _listener(obj, opened)
        tls = listener.get("tls") or {}
        routes = listener.get("allowedRoutes") or {}
        return {
            "class": str(_spec(obj).get("gatewayClassName") or ""),
            "name": str(listener.get("name") or ""),
            "protocol": listener.get("protocol", "HTTP"),
            "port": typed.shown(listener.get("port")),
            "hostname": str(listener.get("hostname") or ""),
            "tls": tls.get("mode", "Terminate") if tls else forms.NONE,
            "certificates": ", ".join(map(references.written, tls.get("certificateRefs") or [])),
            "from": (routes.get("namespaces") or {}).get("from", "Same"),
        }

    def locked(self, obj: Object, opened: int) -> set[str]:
        return set()

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        obj = deepcopy(obj)
        spec = obj.setdefault("spec", {})
        if field == "class":
            spec["gatewayClassName"] = str(value or "").strip()
            return obj
        listener = spec["listeners"][opened]
        if field in ("name", "protocol"):
            listener[field] = str(value or "").strip()
        elif field == "port":
            put(listener, "port", typed.port(value))
        elif field == "hostname":
            put(listener, "hostname", str(value or "").strip())
        elif field == "tls":
            _write_tls(listener, str(value or forms.NONE))
        elif field == "certificates":
            _write_certificates(listener, str(value or ""))
        elif field == "from":
            namespaces = listener.setdefault("allowedRoutes", {}).setdefault("namespaces", {})
            namespaces["from"] = value
            if value != "Selector":
                namespaces.pop("selector", None)
        return obj

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        match [*steps(path)]:
            case ["spec", "gatewayClassName", *_]:
                return -1, "class"
            case ["spec", "listeners", int(at), "name" | "protocol" | "port" | "hostname" as part]:
                return at, part
            case ["spec", "listeners", int(at), "tls", "certificateRefs", *_]:
                return at, "certificates"
            case ["spec", "listeners", int(at), "tls", *_]:
                return at, "tls"
            case ["spec", "listeners", int(at), "allowedRoutes", *_]:
                return at, "from"
            case ["spec", "listeners", int(at), *_]:
                return at, ""
        return -1, ""

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        obj = deepcopy(obj)
        listeners = obj.setdefault("spec", {}).setdefault("listeners", [])
        if action == "item-remove":
            del listeners[opened]
            return obj, min(opened, len(listeners) - 1)
        if action == "item-duplicate":
            new = deepcopy(listeners[opened])
        else:
            new = {"protocol": "HTTP", "port": 80}
        taken = {item.get("name") for item in listeners}
        stem = str(new.get("name") or "http").rstrip("0123456789").rstrip("-")
        new = {"name": next(name for name in _names(stem) if name not in taken)} | {
            key: value for key, value in new.items() if key != "name"
        }
        listeners.append(new)
        return obj, len(listeners) - 1

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        listener = _listener(obj, opened)
        encrypted = listener.get("protocol") in ("HTTPS", "TLS") or bool(listener.get("tls"))
        passed = (listener.get("tls") or {}).get("mode") == "Passthrough"
        return {
            "hosts": listener.get("protocol") not in ("TCP", "UDP"),
            "tls": encrypted,
            "certificates": encrypted and not passed,
        }

    def items(self, obj: Object) -> Sequence[Object]:
        return _listeners(obj)

    def heads(self, obj: Object) -> Sequence[str]:
        return [_summary(listener) for listener in _listeners(obj)]

    def entry(self, path: str, value: Any) -> str:
        match [*steps(path)]:
            case ["spec", "listeners", int()] if isinstance(value, dict):
                return _summary(value)
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        spec = _spec(obj)
        listener = _listener(obj, opened)
        others = sorted(set(spec) - {"gatewayClassName", "listeners"})
        namespaces = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
        return {
            "other": f"Kept as they are in the YAML: {', '.join(others)}." if others else "",
            "selector": "Namespaces are chosen by labels; write the selector in the YAML."
            if namespaces.get("from") == "Selector"
            else "",
        }


def _listener_body() -> list[Any]:
    return [
        html.Div(
            [
                forms.labelled("Name", forms.text_input("name", mono=True)),
                forms.labelled("Protocol", forms.select("protocol", options(*PROTOCOLS))),
                forms.labelled("Port", forms.number_input("port")),
            ],
            className="fgrid three",
        ),
        forms.block(
            "hosts",
            [
                forms.labelled(
                    "Hostname",
                    forms.text_input("hostname", mono=True, placeholder="any host"),
                )
            ],
        ),
        forms.block(
            "tls",
            [
                forms.labelled(
                    "TLS",
                    forms.select("tls", options("Terminate", "Passthrough", empty="Not set")),
                )
            ],
        ),
        forms.block(
            "certificates",
            [
                forms.labelled(
                    "Certificates (Secrets of type kubernetes.io/tls)",
                    forms.text_input("certificates", mono=True, placeholder="namespace/name, name"),
                )
            ],
        ),
        forms.labelled(
            "Routes from namespaces",
            forms.select("from", options("Same", "All", "Selector", "None")),
        ),
        forms.text("selector"),
        html.Div(
            [
                html.Button(
                    "Duplicate listener",
                    id=forms.action_id("item-duplicate"),
                    className="btn btn-link btn-sm",
                ),
                html.Button(
                    "Remove listener",
                    id=forms.action_id("item-remove"),
                    className="btn btn-link btn-sm",
                ),
            ],
            className="row-f end",
        ),
    ]


def _spec(obj: Object) -> Object:
    spec = obj.get("spec")
    return spec if isinstance(spec, dict) else {}


def _listeners(obj: Object) -> list[Object]:
    listeners = _spec(obj).get("listeners")
    if not isinstance(listeners, list):
        return []
    return [listener for listener in listeners if isinstance(listener, dict)]


def _listener(obj: Object, opened: int) -> Object:
    listeners = _listeners(obj)
    return listeners[opened] if 0 <= opened < len(listeners) else {}


def _summary(listener: Object) -> str:
    """A listener in a line."""
    said = f"{listener.get('protocol', 'no protocol')} {listener.get('port', '')}"
    host = listener.get("hostname") or "any host"
    return f"{listener.get('name') or 'without a name'}, {said}, {host}"


def _write_tls(listener: Object, mode: str) -> None:
    if mode == forms.NONE:
        listener.pop("tls", None)
        return
    tls = listener.setdefault("tls", {})
    tls["mode"] = mode
    if mode == "Passthrough":
        tls.pop("certificateRefs", None)  # the specification forbids them here


def _write_certificates(listener: Object, value: str) -> None:
    tls = listener.setdefault("tls", {"mode": "Terminate"})
    known = {references.written(ref): ref for ref in tls.get("certificateRefs") or []}
    refs = []
    for written in value.replace(",", " ").split():
        namespace, _, name = written.rpartition("/")
        new = {"name": name} | ({"namespace": namespace} if namespace else {})
        refs.append(known.get(written, {"kind": "Secret"} | new))
    put(tls, "certificateRefs", refs or None)


def _names(stem: str) -> Any:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
