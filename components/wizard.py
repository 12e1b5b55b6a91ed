"""A wizard that makes or changes one object in steps: steps left, what is asked in the middle, and
once it is applied how each of its children stands.

All steps stand in the page from the start. Which inputs they hold is declared here and told to
``assets/js/wizard_steps.js``, which has them drawn, keeps the draft in the session, leads through
the steps (``?step=``) and asks `callbacks.wizards` for the server's own verdict while somebody
types.
There is one wizard on a page: ids start with ``wizard-``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.denied import denied
from components.kinds import KINDS, href, list_href
from components.missing import missing
from components.page import button, page_head, panel
from components.reads import touched

When = Mapping[str, Sequence[Any]]
"""Paths and the values of which one has to be there; None stands for no value."""

REVIEW = "review"
"""The last step of every wizard."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input on one path of the object; within `Items` the path begins at the entry.

    ``control`` is text, number, switch, select, block (text of several lines), lines (a list, one
    a line), words (a list), pairs (``key=value``, one a line), boolean (a select of ``true`` and
    ``false``), section (an object that is on where it is there), asked (one that is on where it
    says so), or the name of a control that the wizard's own script has (``ngf.controls``).
    ``known`` names a list of what the cluster offers (`callbacks.wizards`), for a select its
    options, for others proposals. ``needs`` names an ability without which the input is off and
    says why. ``empty`` is what a select calls no value.
    """

    path: str
    label: str
    control: str = "text"
    options: Sequence[tuple[str, str]] = ()
    known: str = ""
    empty: str = ""
    placeholder: str = ""
    hint: str = ""
    when: When | None = None
    needs: str = ""
    wide: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of objects on one path, each with the same fields. ``fixed`` has no buttons that add
    and remove; ``only`` leaves out entries that are otherwise, ``none`` is said where none is left.
    Nothing is added but ``when`` the object is so; until then ``idle`` is said.
    """

    path: str
    noun: str
    fields: Sequence[Field]
    new: Mapping[str, Any] | None = None
    fixed: bool = False
    only: When | None = None
    none: str = ""
    when: When | None = None
    idle: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A place that the wizard's own script fills, by the end of its id."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A panel of a step. Without the ability that it ``needs`` it says why and is off."""

    title: str
    parts: Sequence[Field | Items | Room]
    unit: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its key in the address, its title, its panels, further paths whose faults are shown
    in it, and ``more`` that stands below its panels: charts, which the script cannot make."""

    key: str
    title: str
    groups: Sequence[Group]
    paths: Sequence[str] = ()
    more: Any = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a wizard makes: its kind, what people call it, the kind whose list it is in, and the
    kind that comes of it, whose page is opened at the end; and the kinds that what its cluster
    offers is read from."""

    kind: str
    noun: str
    listed: str
    result: str
    offered: Sequence[str] = ()


def layout(
    made: Made,
    steps: Sequence[Step],
    cluster: str,
    namespace: str,
    name: str,
    *,
    create: bool,
    progress: bool = False,
) -> html.Div:
    """The whole wizard, no step open yet; with ``progress`` it shows how ``name`` that was applied
    comes up."""
    ref = {
        "kind": made.kind,
        "cluster": cluster,
        "namespace": namespace,
        "name": name,
        "create": create,
        "progress": progress,
    }
    keys = [*((one.key, one.title) for one in steps), (REVIEW, "Review and apply")]
    told = {
        **asdict(made),
        "steps": [{"key": key, "title": title, "paths": _paths(steps, key)} for key, title in keys],
    }
    return html.Div(
        [
            dcc.Store(id="wizard-ref", data=ref),
            *[
                dcc.Store(id=f"wizard-{store}")
                for store in ("base", "offers-asked", "offers", "asked", "answer", "go", "applied")
            ],
            *[dcc.Store(id=f"wizard-{store}") for store in ("progress", "remove", "removed")],
            dcc.Store(id="wizard-watch"),
            dcc.Store(id="wizard-said"),
            *touched("wizard-offers", made.offered),
            *touched("wizard", [made.kind, made.result, "pods", "deployments", "services"]),
            page_head(
                f"Create {made.noun}" if create else f"Edit {name}",
                id="wizard",
                crumbs=_crumbs(made, cluster, namespace, name, create),
                actions=[
                    button(
                        "Leave as YAML",
                        id="wizard-yaml",
                        icon_name="filetype-yml",
                    )
                ],
            ),
            missing("wizard", made.kind, name),
            denied("wizard"),
            html.Div(id="wizard-strips", className="stack"),
            html.Div(id="wizard-known", hidden=True),
            html.Div(id="wizard-hsteps", className="hsteps"),
            html.Div(
                [
                    html.Nav(
                        id="wizard-steps", className="steps only-d", **{"aria-label": "Steps"}
                    ),
                    html.Div(
                        [*map(_step, steps), _review()],
                        className="stack",
                        id="wizard-bodies",
                    ),
                    html.Div(
                        id="wizard-progress-room",
                        className="wz-prog",
                        tabIndex=-1,
                        **{"aria-label": "Progress", "role": "group"},
                    ),
                ],
                id="wizard-inputs",
                className="cols wizard wz",
            ),
            _foot(),
        ],
        id="wizard-page",
        className="form-page wizard-page",
        **{"data-wizard": json.dumps(told)},
    )


def _crumbs(
    made: Made, cluster: str, namespace: str, name: str, create: bool
) -> list[tuple[str, str]]:
    listed = (KINDS[made.listed].title, list_href(made.listed))
    if create:
        return [listed, ("new", "")]
    return [
        listed,
        (cluster, list_href(made.listed, cluster=cluster)),
        (name, href(made.kind, cluster, namespace, name)),
    ]


def _paths(steps: Sequence[Step], key: str) -> list[str]:
    """Where the faults of a step lie: its fields' paths, and those it names besides."""
    found: list[str] = []
    for step in steps:
        if step.key != key:
            continue
        found += step.paths
        for part in (part for group in step.groups for part in group.parts):
            if isinstance(part, Field):
                found.append(part.path)
            elif isinstance(part, Items):
                found += [f"{part.path}[].{one.path}" for one in part.fields]
                found += [] if part.fixed else [part.path]
    return found


def _step(step: Step) -> html.Div:
    panels = [
        panel(
            group.title,
            html.Div(
                id=f"wizard-{step.key}-{at}",
                className="fs",
                **{
                    "data-parts": json.dumps([*map(_part, group.parts)]),
                    "data-needs": group.needs,
                },
            ),
            unit=group.unit or None,
            rule=True,
        )
        for at, group in enumerate(step.groups)
    ]
    return html.Div(
        [*panels, step.more] if step.more else panels,
        hidden=True,
        tabIndex=-1,
        **{"data-step": step.key, "aria-label": step.title, "role": "group"},
    )


def _part(part: Field | Items | Room) -> dict[str, Any]:
    return {"part": type(part).__name__, **asdict(part)}


def _review() -> html.Div:
    """What was asked for, what the server says to it, what it makes, changes and does."""
    return html.Div(
        [
            html.Div(
                [
                    panel("What you asked for", None, rule=True, body_id="wizard-summary"),
                    panel("Checks", None, rule=True, flush=True, body_id="wizard-checks"),
                    panel(
                        "What is made of it",
                        None,
                        rule=True,
                        flush=True,
                        body_id="wizard-children",
                        classes="wz-planned",
                    ),
                ],
                className="stack",
            ),
            html.Div(
                [
                    html.Div(
                        panel(
                            "What changes",
                            None,
                            rule=True,
                            flush=True,
                            body_id="wizard-stored",
                            unit="field by field",
                        ),
                        id="wizard-changes",
                        hidden=True,
                    ),
                    panel(
                        "What it does to traffic",
                        None,
                        rule=True,
                        flush=True,
                        body_id="wizard-impact",
                    ),
                    panel(
                        "Manifest",
                        html.Div(
                            dcc.Markdown(id="wizard-manifest"),
                            className="yaml-view cap",
                            tabIndex=0,
                        ),
                        rule=True,
                        flush=True,
                        unit="the operator makes the rest",
                        source=dcc.Clipboard(
                            id="wizard-copy", title="Copy the YAML", className="copy"
                        ),
                    ),
                ],
                className="stack",
            ),
        ],
        hidden=True,
        className="wz-review",
        tabIndex=-1,
        **{"data-step": REVIEW, "aria-label": "Review and apply", "role": "group"},
    )


def _foot() -> html.Div:
    return html.Div(
        [
            html.Span(id="wizard-verdict", className="st unk", role="status"),
            html.Span(id="wizard-note", className="t2 grow"),
            dbc.Input(
                id="wizard-reason",
                name="Reason",
                placeholder="Reason, kept in the audit log",
                autocomplete="off",
                maxlength=500,
                className="reason d-none",
            ),
            button("Discard", id="wizard-discard", kind="link"),
            button("Back", id="wizard-back"),
            button("Continue", id="wizard-next", kind="primary"),
            button("Apply", id="wizard-apply", kind="primary", hidden=True, disabled=True),
            button("Delete what was created", id="wizard-drop", kind="outline-danger", hidden=True),
            button("Open", id="wizard-open", kind="primary", href="/", hidden=True),
        ],
        className="bar-foot",
    )
