"""Filters of a route's rule in the form: request headers, URL rewrite, redirect.

Gateway API allows each of these once in a rule, so each is a block that is there or not. All other
filters (mirrors, response headers, CORS, extensions) are named in a line and kept.
"""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import forms, typed
from components.field_paths import put
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
CODES = ("301", "302", "303", "307", "308")


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
                        forms.select("redirect-scheme", options("http", "https", empty="Keep it")),
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
        "headers-set": format_pairs(headers.get("set") or []),
        "headers-add": format_pairs(headers.get("add") or []),
        "headers-remove": ", ".join(headers.get("remove") or []),
        "rewrite-hostname": rewrite.get("hostname", ""),
        "rewrite-kind": (rewrite.get("path") or {}).get("type", forms.NONE),
        "rewrite-path": _path_value(rewrite),
        "redirect-scheme": redirect.get("scheme", forms.NONE),
        "redirect-hostname": redirect.get("hostname", ""),
        "redirect-port": typed.shown(redirect.get("port")),
        "redirect-kind": (redirect.get("path") or {}).get("type", forms.NONE),
        "redirect-path": _path_value(redirect),
        "redirect-code": str(redirect.get("statusCode", 302)),
    }


def locked(filters: Sequence[Object]) -> set[str]:
    headers = _settings(filters, "headers")
    return {f"headers-{key}" for key in ("set", "add") if not showable(headers.get(key) or [])}


def write(filters: list[Object], field: str, value: Any) -> None:
    """Change one setting of one filter in place. Raises NotAccepted."""
    kind, part = field.split("-")
    value = None if value == forms.NONE else value
    settings = _settings(filters, kind)
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
        path = settings.setdefault("path", {"type": "ReplaceFullPath"})
        path[PATHS[path["type"]]] = str(value or "")
    elif part == "port":
        put(settings, "port", typed.port(value))
    elif part == "code":
        put(settings, "statusCode", int(value))
    elif part != "path":
        put(settings, part, value)


def act(rule: Object, action: str) -> None:
    """Add or remove the filter that a button such as ``filter-rewrite-add`` names."""
    _, kind, what = action.split("-")
    type_name, key, _ = KINDS[kind]
    filters = rule.setdefault("filters", [])
    if what == "add":
        start = {name: _copy(value) for name, value in STARTS[kind].items()}
        filters.append({"type": type_name, key: start})
    else:
        filters[:] = [item for item in filters if item.get("type") != type_name]
    if not filters:
        del rule["filters"]


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
    types = {item.get("type") for item in filters}
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
    """What people call the filters that only the YAML changes."""
    known = {name for name, _, _ in KINDS.values()}
    return [_name(item) for item in filters if item.get("type") not in known]


def _name(item: Object) -> str:
    kind = str(item.get("type", "a filter without type"))
    if kind == "ExtensionRef":
        ref = item.get("extensionRef") or {}
        return f"{ref.get('kind', 'extension')} {ref.get('name', '')}".strip()
    if kind == "RequestMirror":
        ref = (item.get("requestMirror") or {}).get("backendRef") or {}
        return f"mirror to {ref.get('name', 'a backend')}"
    return kind


def _settings(filters: Sequence[Object], kind: str) -> Object:
    type_name, key, _ = KINDS[kind]
    for item in filters:
        if item.get("type") == type_name:
            settings: Object = item.setdefault(key, {})
            return settings
    return {}


def _path_value(settings: Object) -> str:
    path = settings.get("path") or {}
    return str(path.get(PATHS.get(path.get("type", ""), ""), ""))


def _copy(value: Any) -> Any:
    return (
        dict(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, list)
        else value
    )
