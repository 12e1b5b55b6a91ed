"""Filters of a route's rule in the form: request headers, URL rewrite, redirect.

Gateway API allows each of these once in a rule, so each is a block that is there or not. All other
filters (mirrors, response headers, CORS, extensions) are named in a line and kept.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import forms, typed
from components.choice import Choice
from components.field_paths import entries, fields, fits, made, only, put, steps
from components.forms import Object, options
from components.pairs import format_pairs, merged_pairs, parse_pairs, showable

KINDS = {
    "headers": ("RequestHeaderModifier", "requestHeaderModifier", "Request headers"),
    "rewrite": ("URLRewrite", "urlRewrite", "Rewrite"),
    "redirect": ("RequestRedirect", "requestRedirect", "Redirect"),
}
PATHS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
STARTS: dict[str, Object] = {
    "headers": {"set": []},
    "rewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
    "redirect": {"scheme": "https", "statusCode": 301},
}
SCHEMES = ("http", "https")
TEXTS = {"rewrite": ("hostname",), "redirect": ("hostname", "port")}
"""Inputs of text that are called as their fields."""

CODES = ("301", "302", "303", "307", "308")
CHOICES: dict[str, dict[str, Choice]] = {
    "headers": {},
    "rewrite": {"kind": Choice("path.type", "rewrite path type", tuple(PATHS))},
    "redirect": {
        "kind": Choice("path.type", "redirect path type", tuple(PATHS)),
        "scheme": Choice("scheme", "redirect scheme", SCHEMES),
        "code": Choice("statusCode", "redirect status", CODES, "302"),
    },
}


def layout() -> html.Div:
    path_options = options(*PATHS, empty="Keep the path")
    return html.Div(
        [
            html.Span("Change it", className="lab"),
            _block(
                "headers",
                [
                    ("set", "Set", {"placeholder": "header: value; header: value"}),
                    ("add", "Add", {"placeholder": "header: value"}),
                    ("remove", "Remove", {"placeholder": "header, header"}),
                ],
            ),
            _block(
                "rewrite",
                [("hostname", "Hostname", {"placeholder": "keep the host"})],
                [
                    forms.labelled("Path", forms.select("rewrite-kind", path_options)),
                    forms.labelled("New path", forms.text_input("rewrite-path", mono=True)),
                ],
            ),
            _block(
                "redirect",
                [("hostname", "Hostname", {"placeholder": "keep the host"})],
                [
                    forms.labelled(
                        "Scheme",
                        forms.select("redirect-scheme", options(*SCHEMES, empty="Keep it")),
                    ),
                    forms.labelled("Port", forms.number_input("redirect-port")),
                    forms.labelled("Path", forms.select("redirect-kind", path_options)),
                    forms.labelled(
                        "New path",
                        forms.text_input("redirect-path", mono=True),
                    ),
                    forms.labelled(
                        "Status",
                        forms.select("redirect-code", options(*CODES)),
                    ),
                ],
            ),
            html.Div(
                [forms.add(f"filter-{kind}-add", title) for kind, (_, _, title) in KINDS.items()],
                className="row-f wrap",
            ),
        ]
    )


def _block(
    kind: str, lines: list[tuple[str, str, dict[str, str]]], others: Sequence[Any] = ()
) -> html.Div:
    title = KINDS[kind][2]
    made = [
        forms.labelled(label, forms.text_input(f"{kind}-{part}", mono=True, **more))
        for part, label, more in lines
    ]
    return forms.block(
        f"filter-{kind}",
        [
            html.B(title, className="b5"),
            html.Div([*others, *made], className="fgrid"),
        ],
        remove=f"Remove {title.lower()}",
    )


def read(filters: Sequence[Object]) -> dict[str, Any]:
    headers, rewrite, redirect = (_settings(filters, kind) for kind in KINDS)
    return {
        "headers-set": format_pairs(headers.get("set")),
        "headers-add": format_pairs(headers.get("add")),
        "headers-remove": ", ".join(filter(None, entries(headers, "remove", str))),
        "rewrite-hostname": typed.shown(rewrite.get("hostname")),
        "rewrite-path": _path_value(rewrite),
        "redirect-hostname": typed.shown(redirect.get("hostname")),
        "redirect-port": typed.shown(redirect.get("port")),
        "redirect-path": _path_value(redirect),
    } | _selected(filters)


def _selected(filters: Sequence[Object]) -> dict[str, str]:
    return {
        f"{kind}-{name}": choice.shown(_settings(filters, kind))
        for kind, choices in CHOICES.items()
        for name, choice in choices.items()
    }


def locked(filters: Sequence[Object]) -> set[str]:
    found = {field for field, value in _selected(filters).items() if not value}
    found |= {f"{field.split('-')[0]}-path" for field in found if field.endswith("-kind")}
    for kind, (_, key, _) in KINDS.items():
        item = _filter(filters, kind)
        whole = fits(item, key, kind=dict)
        told = _readable(kind, fields(item, key))
        found |= {f"{kind}-{name}" for name, readable in told.items() if not (whole and readable)}
    return found


def _readable(kind: str, settings: Object) -> dict[str, bool]:
    """Whether each input of a filter can show its field in full."""
    if kind == "headers":
        lines = {name: showable(settings.get(name)) for name in ("set", "add")}
        return lines | {"remove": only(settings.get("remove"), str)}
    path = PATHS.get(typed.shown(fields(settings, "path").get("type")), "")
    return {
        "path": fits(settings, "path", path),
        **{name: fits(settings, name) for name in TEXTS[kind]},
        **{name: fits(settings, *steps(choice.path)) for name, choice in CHOICES[kind].items()},
    }


def write(filters: Sequence[Object], field: str, value: Any) -> None:
    """Change one setting of one filter in place. Raises NotAccepted."""
    kind, part = field.split("-")
    choice = CHOICES[kind].get(part)
    if choice and not choice.takes(value):
        return
    value = None if value == forms.NONE else value
    settings = made(_filter(filters, kind), KINDS[kind][1])
    if part in ("set", "add"):
        put(settings, part, merged_pairs(settings.get(part) or [], parse_pairs(value)))
    elif part == "remove":
        put(settings, part, str(value or "").replace(",", " ").split())
    elif part == "kind":
        typed_path = _path_value(settings)
        settings.pop("path", None)
        if value:
            settings["path"] = {"type": value, PATHS[value]: typed_path or "/"}
    elif part == "path" and (value or "path" in settings):
        path = made(settings, "path")
        path["type"] = typed.shown(path.get("type")) or "ReplaceFullPath"
        path[PATHS[path["type"]]] = str(value or "")
    elif part == "port":
        put(settings, "port", typed.port(value))
    elif part == "code":
        put(settings, "statusCode", value and int(value))
    elif part != "path":
        put(settings, part, value)


def act(filters: list[Any], kind: str, what: str) -> None:
    """Add or remove the filter of a kind, in place."""
    type_name, key, _ = KINDS[kind]
    if what == "add":
        filters.append({"type": type_name, key: deepcopy(STARTS[kind])})
    else:
        filters[:] = [item for item in filters if not _is(item, type_name)]


def place(filters: Sequence[Object], at: int, rest: Sequence[str | int]) -> str:
    """The input that shows a field of filter ``at``."""
    type_name = filters[at].get("type") if at < len(filters) else None
    kind = next((kind for kind, known in KINDS.items() if known[0] == type_name), None)
    if kind is None:
        return ""
    match rest[1:]:
        case ["set" | "add" | "remove" | "hostname" | "scheme" | "port" as part, *_]:
            return f"{kind}-{part}"
        case ["path", "type"]:
            return f"{kind}-kind"
        case ["path", *_]:
            return f"{kind}-path"
        case ["statusCode"]:
            return f"{kind}-code"
    return ""


def rows(filters: Sequence[Object], backends: Sequence[Object]) -> dict[str, bool]:
    """Which filters are to be seen, and which can be added: Gateway API refuses a redirect beside
    a rewrite or backends."""
    types = [item.get("type") for item in filters]
    there = [kind for kind, (name, _, _) in KINDS.items() if name in types]
    excluded = {
        "headers": False,
        "rewrite": "redirect" in there,
        "redirect": "rewrite" in there or bool(backends),
    }
    seen = {f"filter-{kind}": kind in there for kind in KINDS}
    return seen | {f"filter-{kind}-add": kind not in there and not excluded[kind] for kind in KINDS}


def redirects(filters: Sequence[Object]) -> bool:
    """Whether a redirect is among the filters."""
    return any(item.get("type") == KINDS["redirect"][0] for item in filters)


def others(filters: Sequence[Object]) -> list[str]:
    """What people call the filters that only the YAML changes, and the values that do not stand
    among the options of a select."""
    known = [name for name, _, _ in KINDS.values()]
    unlisted = [
        choice.unlisted(_settings(filters, kind))
        for kind, choices in CHOICES.items()
        for choice in choices.values()
    ]
    return [
        *(_name(item) for item in filters if item.get("type") not in known),
        *filter(None, unlisted),
    ]


def _name(item: Object) -> str:
    kind = typed.shown(item.get("type")) or "a filter without type"
    if kind == "ExtensionRef":
        ref = fields(item, "extensionRef")
        named = typed.shown(ref.get("kind")) or "extension"
        return f"{named} {typed.shown(ref.get('name'))}".strip()
    if kind == "RequestMirror":
        ref = fields(fields(item, "requestMirror"), "backendRef")
        return f"mirror to {typed.shown(ref.get('name')) or 'a backend'}"
    return kind


def _is(item: Any, type_name: str) -> bool:
    return isinstance(item, dict) and item.get("type") == type_name


def _filter(filters: Sequence[Object], kind: str) -> Object:
    """The filter of a kind; an empty one where there is none."""
    return next((item for item in filters if _is(item, KINDS[kind][0])), {})


def _settings(filters: Sequence[Object], kind: str) -> Object:
    return fields(_filter(filters, kind), KINDS[kind][1])


def _path_value(settings: Object) -> str:
    path = fields(settings, "path")
    return typed.shown(path.get(PATHS.get(typed.shown(path.get("type")), "")))
