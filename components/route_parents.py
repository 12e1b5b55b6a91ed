"""Where a route asks to be attached: gateways or ListenerSets, and the listeners meant of each.

A listener is written by its name, its port behind a colon, or both: ``https``, ``:8443``.
"""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import forms, references, typed
from components.field_paths import entries, fields, fits, put
from components.forms import Object
from components.typed import shown

PARENTS = 3
"""More parents than these are in the YAML."""


def layout() -> html.Div:
    return html.Div(
        [
            forms.heading("Gateway", "Listener", "lab pcols"),
            *[_row(at) for at in range(PARENTS)],
            forms.text("more-parents"),
        ],
        **forms.adding("parent-add", "Gateway"),
    )


def _row(at: int) -> html.Div:
    return forms.row(
        f"parent-{at}",
        [
            forms.text_input(f"parent-{at}-gateway", f"Gateway {at + 1}", list="edit-gateways"),
            forms.text_input(
                f"parent-{at}-listener",
                f"Listener of gateway {at + 1}",
                placeholder="every listener",
                list="edit-listeners",
            ),
        ],
        "minmax(0,1fr) 150px 24px",
        remove=f"Remove gateway {at + 1}",
    )


def read(parents: Sequence[Object]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at in range(PARENTS):
        parent = parents[at] if at < len(parents) else {}
        port = shown(parent.get("port"))
        values[f"parent-{at}-gateway"] = references.written(parent)
        values[f"parent-{at}-listener"] = shown(parent.get("sectionName")) + (port and f":{port}")
    return values


def locked(parents: Sequence[Any]) -> set[str]:
    found = set()
    for at, parent in enumerate(parents[:PARENTS]):
        if not references.readable(parent):
            found.add(f"parent-{at}-gateway")
        if not (fits(parent, "sectionName") and fits(parent, "port")):
            found.add(f"parent-{at}-listener")
    return found


def write(parent: Object, part: str, value: str) -> None:
    """Change one part of one parent in place. Raises NotAccepted."""
    if part == "gateway":
        references.write(parent, value)
        return
    name, _, port = value.partition(":")
    number = typed.port(port)
    put(parent, "sectionName", name)
    put(parent, "port", number)


def place(rest: Sequence[str | int]) -> str:
    """The part of a parent that shows a field of it."""
    return "listener" if rest and rest[0] in ("sectionName", "port") else "gateway"


def rows(parents: Sequence[Object]) -> dict[str, bool]:
    return {f"parent-{at}": at < len(parents) for at in range(PARENTS)}


def more(parents: Sequence[Object]) -> str:
    """That there are more parents than rows; no words where there are not."""
    return forms.more(len(parents), PARENTS, "gateway")


def named(obj: Object, namespace: str) -> list[dict[str, str]]:
    """What the parents with a row point to, of a route in ``namespace``."""
    return [
        {
            "kind": shown(parent.get("kind")) or "Gateway",
            "namespace": shown(parent.get("namespace")) or namespace,
            "name": shown(parent.get("name")),
            "listener": shown(parent.get("sectionName")),
        }
        for parent in entries(fields(obj, "spec"), "parentRefs")[:PARENTS]
    ]
