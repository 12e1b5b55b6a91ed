"""The form of a Gateway: its class and its listeners; and that of a ListenerSet, which has a
gateway in the class's place.

Labels, annotations, addresses and infrastructure are edited in the YAML beside it and kept.
Field meanings: Gateway API v1, GatewaySpec, ListenerSetSpec.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import forms, references, typed
from components.choice import Choice
from components.field_paths import entries, entry_at, fields, fits, listed, made, only, put, steps
from components.forms import Object, options
from components.typed import shown

PROTOCOLS = ("HTTP", "HTTPS", "TLS", "TCP", "UDP")
MODES = ("Terminate", "Passthrough")
NAMESPACES = ("Same", "All", "Selector", "None")
CHOICES = {
    "protocol": Choice("protocol", "protocol", PROTOCOLS, "HTTP"),
    "tls": Choice("tls.mode", "TLS mode", MODES),
    "from": Choice("allowedRoutes.namespaces.from", "routes from namespaces", NAMESPACES, "Same"),
}
FIELDS = {"name": "name", "port": "port", "hostname": "hostname"} | {
    name: choice.path for name, choice in CHOICES.items()
}
"""Where each input's field is in a listener."""


class GatewayForm:
    """See `components.forms.Form`."""

    title = "Gateway"
    noun = "listener"
    above: tuple[str, ...] = ("class",)
    head = "gatewayClassName"
    """The field of the spec that stands above the listeners."""

    def top(self) -> Any:
        """Its input."""
        return forms.labelled(
            "Gateway class", forms.text_input("class", list="edit-gatewayclasses")
        )

    def shows(self, spec: Object) -> dict[str, str]:
        """What the input shows."""
        return {"class": shown(spec.get("gatewayClassName"))}

    def fixed(self, obj: Object) -> bool:
        """Whether it cannot show the field in full."""
        return not fits(obj, "spec", "gatewayClassName")

    def put_top(self, spec: Object, value: str) -> None:
        """Change the field in place. Raises NotAccepted."""
        spec["gatewayClassName"] = value

    def layout(self) -> Any:
        return html.Div(
            className="fs",
            children=[
                self.top(),
                html.Div(
                    [
                        html.Span("Listeners", className="lab"),
                        forms.items(_listener_body()),
                    ],
                    **forms.adding("item-add", "Listener"),
                ),
                forms.text("other"),
            ],
        )

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        listener = _listener(obj, opened)
        certificates = entries(fields(listener, "tls"), "certificateRefs")
        return (
            self.shows(fields(obj, "spec"))
            | {
                "name": shown(listener.get("name")),
                "port": shown(listener.get("port")),
                "hostname": shown(listener.get("hostname")),
                "certificates": ", ".join(_secret(one) for one in certificates),
            }
            | _selected(listener)
        )

    def locked(self, obj: Object, opened: int) -> set[str]:
        listener, at = _listener(obj, opened), ("spec", "listeners", opened)
        found = {name for name, value in _selected(listener).items() if not value}
        found |= {name for name, path in FIELDS.items() if not fits(obj, *at, *steps(path))}
        certificates = fields(listener, "tls").get("certificateRefs")
        if not (
            fits(obj, *at, "tls", kind=dict)
            and only(certificates, dict)
            and all(map(references.readable, certificates or []))
        ):
            found.add("certificates")
        if self.fixed(obj):
            found |= set(self.above)
        return found

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        if field in self.locked(obj, opened):
            return obj
        obj = deepcopy(obj)
        spec = made(obj, "spec")
        if field in self.above:
            self.put_top(spec, str(value or "").strip())
            return obj
        listener = _listener(obj, opened)
        if field in CHOICES and not CHOICES[field].takes(value):
            return obj
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
            namespaces = made(made(listener, "allowedRoutes"), "namespaces")
            namespaces["from"] = value
            if value != "Selector":
                namespaces.pop("selector", None)
        return obj

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        match [*steps(path)]:
            case ["spec", self.head, *_]:
                return -1, self.above[0]
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
        if not fits(obj, "spec", "listeners", kind=list):
            return obj, opened
        obj = deepcopy(obj)
        spec = made(obj, "spec")
        listeners = spec["listeners"] = listed(spec, "listeners")
        if action in ("item-up", "item-down"):
            return obj, forms.moved(listeners, opened, action.removeprefix("item-"))
        if action != "item-add" and not 0 <= opened < len(listeners):
            return obj, opened
        if action == "item-remove":
            del listeners[opened]
            return obj, min(opened, len(listeners) - 1)
        if action == "item-duplicate":
            new = deepcopy(_listener(obj, opened))
        else:
            new = {"protocol": "HTTP", "port": 80}
        taken = [item.get("name") for item in self.items(obj)]
        stem = shown(new.get("name")).rstrip("0123456789").rstrip("-") or "http"
        new = {"name": next(name for name in _names(stem) if name not in taken)} | {
            key: value for key, value in new.items() if key != "name"
        }
        listeners.append(new)
        return obj, len(listeners) - 1

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        listener = _listener(obj, opened)
        encrypted = listener.get("protocol") in ("HTTPS", "TLS") or bool(listener.get("tls"))
        passed = fields(listener, "tls").get("mode") == "Passthrough"
        return {
            "hosts": listener.get("protocol") not in ("TCP", "UDP"),
            "tls": encrypted,
            "certificates": encrypted and not passed,
            "item-add": fits(obj, "spec", "listeners", kind=list),
            "item-up": opened > 0,
            "item-down": opened < len(self.items(obj)) - 1,
        }

    def items(self, obj: Object) -> Sequence[Object]:
        return entries(fields(obj, "spec"), "listeners")

    def heads(self, obj: Object) -> Sequence[str]:
        return [_summary(listener) for listener in listed(fields(obj, "spec"), "listeners")]

    def entry(self, path: str, value: Any) -> str:
        match [*steps(path)]:
            case ["spec", "listeners", int()] if isinstance(value, dict):
                return _summary(value)
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        listener = _listener(obj, opened)
        others = sorted(set(fields(obj, "spec")) - {self.head, "listeners"})
        labelled = CHOICES["from"].shown(listener) == "Selector"
        unlisted = [choice.unlisted(listener) for choice in CHOICES.values()]
        said = [
            "Namespaces are chosen by labels; write the selector in the YAML." if labelled else "",
            forms.kept([*filter(None, unlisted)]),
        ]
        return {"other": forms.kept(others), "selector": " ".join(filter(None, said))}


class ListenerSetForm(GatewayForm):
    """The same for a ListenerSet."""

    title = "Listener set"
    above = ("parent",)
    head = "parentRef"

    def top(self) -> Any:
        return forms.labelled("Gateway", forms.text_input("parent", list="edit-gateways"))

    def shows(self, spec: Object) -> dict[str, str]:
        return {"parent": references.written(fields(spec, "parentRef"))}

    def fixed(self, obj: Object) -> bool:
        whole = fits(obj, "spec", "parentRef", kind=dict)
        return not (whole and references.readable(fields(fields(obj, "spec"), "parentRef")))

    def put_top(self, spec: Object, value: str) -> None:
        references.write(made(spec, "parentRef"), value)


def _secret(ref: Object) -> str:
    return references.written(ref, "Secret")


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
                    forms.select("tls", options(*MODES, empty="Not set")),
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
            forms.select("from", options(*NAMESPACES)),
        ),
        forms.text("selector"),
        forms.ends("listener"),
    ]


def _listener(obj: Object, opened: int) -> Object:
    return entry_at(fields(obj, "spec"), "listeners", opened)


def _selected(listener: Object) -> dict[str, str]:
    found = {name: choice.shown(listener) for name, choice in CHOICES.items()}
    if listener.get("tls") and found["tls"] == forms.NONE:
        found["tls"] = "Terminate"  # the specification's default
    return found


def _summary(listener: Any) -> str:
    """A listener in a line."""
    if not isinstance(listener, dict):
        return "not a listener"
    said = f"{shown(listener.get('protocol')) or 'no protocol'} {shown(listener.get('port'))}"
    host = shown(listener.get("hostname")) or "any host"
    return f"{shown(listener.get('name')) or 'without a name'}, {said}, {host}"


def _write_tls(listener: Object, mode: str) -> None:
    if mode == forms.NONE:
        listener.pop("tls", None)
        return
    tls = made(listener, "tls")
    tls["mode"] = mode
    if mode == "Passthrough":
        tls.pop("certificateRefs", None)  # the specification forbids them here


def _write_certificates(listener: Object, value: str) -> None:
    tls = made(listener, "tls")
    tls.update({} if tls else {"mode": "Terminate"})
    known = {_secret(ref): ref for ref in entries(tls, "certificateRefs")}
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
