"""The editor page: form and YAML side by side on one object, what the server would store, and the
foot with which it is applied.

The same layout edits a live object and creates one from a template. Everything stands in the page
from the start; `callbacks.editor` fills leaf properties only.
"""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.denied import denied
from components.forms import Form, labelled
from components.gateway_form import GatewayForm, ListenerSetForm
from components.kinds import KINDS, OPERATED, ROUTE_KINDS, href, list_href
from components.missing import missing
from components.page import page_head, panel
from components.policy_kinds import POLICIES
from components.reads import DRAFT, touched
from components.route_form import RouteForm
from components.schema_form import SCHEMA, SchemaForm
from components.status import icon

FORMS: dict[str, Form] = {
    "gateways": GatewayForm(),
    **{kind: RouteForm(kind) for kind in ROUTE_KINDS},
    "listenersets": ListenerSetForm(),
    **{name: SchemaForm(one.kind) for name, one in POLICIES.items()},
    **{name: SchemaForm(KINDS[name].kind) for name in OPERATED},
}

COMPARE = "btn btn-link btn-sm act"
"""Class of the button beside the words that somebody else changed the object."""


def creates(kind: str) -> str:
    """What a button that makes an object of ``kind`` does."""
    return f"Create {KINDS[kind].one if kind in KINDS else kind}"


def new_id(part: str) -> dict[str, str]:
    """The id of an input that says where a new object goes."""
    return {"type": "edit-new", "name": part}


def layout(kind: str, cluster: str, namespace: str, name: str, *, create: bool = False) -> Any:
    """The editor of one object, or of a new one of ``kind`` when ``create``."""
    form = FORMS.get(kind)
    ref = {
        "kind": kind,
        "cluster": cluster,
        "namespace": namespace,
        "name": name,
        "create": create,
    }
    return html.Div(
        className="ngf-page edit-page both" if form else "ngf-page edit-page only-yaml",
        id="edit-page",
        children=[
            dcc.Store(id="edit-ref", data=ref),
            dcc.Store(id="edit-base"),
            dcc.Store(id="edit-away"),
            dcc.Store(id="edit-draft"),
            dcc.Store(id="edit-conflict"),
            dcc.Store(id="edit-said"),
            dcc.Store(id="edit-faults"),
            dcc.Store(id="edit-unsaved"),
            dcc.Store(id="edit-turn"),
            dcc.Store(id="edit-ready"),
            dcc.Store(id="edit-applying"),
            dcc.Store(id="edit-offers"),
            dcc.Store(id="edit-heads"),
            dcc.Store(id="edit-told"),
            dcc.Store(id=SCHEMA),
            *touched("edit", [kind]),
            *touched("edit-names", DRAFT),
            _head(kind, cluster, namespace, name, form, create),
            missing("edit", kind, "" if create else name),
            denied("edit"),
            _strip("edit-strip"),
            _conflict(),
            html.Fieldset(
                [
                    _form_panel(form, create),
                    html.Div(
                        [_yaml_panel(create), _stored_panel(), _impact_panel()], className="stack"
                    ),
                ],
                id="edit-inputs",
                className="cols edit-cols",
            ),
            _foot(kind, create),
        ],
    )


def _head(
    kind: str, cluster: str, namespace: str, name: str, form: Form | None, create: bool
) -> html.Div:
    spoken = KINDS.get(kind)
    title = spoken.title if spoken else kind
    if create:
        crumbs = [(title, list_href(kind)), ("new", "")]
        heading = creates(kind)
    else:
        crumbs = [
            (title, list_href(kind)),
            (cluster, list_href(kind, cluster=cluster)),
            *(
                [(namespace, list_href(kind, cluster=cluster, namespace=namespace))]
                if namespace
                else []
            ),
            (name, href(kind, cluster, namespace, name)),
        ]
        heading = f"Edit {name}"
    views = html.Div(
        [
            html.Button(
                label,
                id=f"edit-view-{view}",
                className="on" if view == "both" else "",
                type="button",
                **{"data-show": view},
            )
            for view, label in (("both", "Form and YAML"), ("form", "Form"), ("yaml", "YAML"))
        ],
        className="seg",
        role="group",
        **{"aria-label": "What to show"},
    )
    return page_head(
        heading,
        sub=None if create else html.Span(spoken.kind if spoken else kind, className="tag"),
        crumbs=crumbs,
        actions=[views] if form else [],
    )


def _strip(name: str) -> html.Div:
    """A strip whose words callbacks fill; hidden until there is something to say."""
    return html.Div(
        [
            icon("git", id=f"{name}-icon"),
            html.Div(
                [html.B(id=f"{name}-lead", className="b6"), " ", html.Span(id=f"{name}-text")]
            ),
            html.Button(
                "Compare", id=f"{name}-compare", className=COMPARE + " d-none", type="button"
            ),
        ],
        id=name,
        className="strip info d-none",
        role="status",
    )


def _form_panel(form: Form | None, create: bool) -> Any:
    place: list[Any] = []
    if create:
        place = [
            html.Div(
                [
                    labelled("Cluster", dbc.Select(id=new_id("cluster"))),
                    *[
                        labelled(
                            part.capitalize(),
                            dbc.Input(id=new_id(part), autocomplete="off"),
                        )
                        for part in ("namespace", "name")
                    ],
                ],
                className="fgrid three",
            )
        ]
    if form is None and not place:
        absent = ("edit-body", "edit-count", "edit-reset")
        return html.Div([html.Div(id=name) for name in absent], className="d-none")
    return panel(
        form.title if form else "Object",
        [*place, form.layout() if form else html.Div(id="edit-body", hidden=True)],
        rule=True,
        unit="",
        unit_id="edit-count",
        classes="edit-form",
        source=html.Button("Reset", id="edit-reset", className="linkish", type="button"),
    )


def _yaml_panel(create: bool) -> html.Section:
    said = (
        "what will be sent"
        if create
        else "the live object with your changes; unknown fields are kept"
    )
    return panel(
        "YAML",
        [
            html.Div(
                [
                    html.Pre("1", id="edit-gutter", className="gutter", **{"aria-hidden": "true"}),
                    dbc.Textarea(
                        id="edit-yaml",
                        name="YAML",
                        className="yaml",
                        spellcheck=False,
                        wrap="off",
                        rows=12,
                    ),
                ],
                className="editor",
            ),
            html.Div(id="edit-problem", className="problem", role="alert"),
        ],
        rule=True,
        flush=True,
        unit=said,
        classes="edit-yaml-panel",
        source=dcc.Clipboard(target_id="edit-yaml", title="Copy the YAML", className="copy"),
    )


def _stored_panel() -> html.Section:
    return panel(
        "What the server would store",
        html.Div("Nothing is changed yet.", className="quiet"),
        rule=True,
        flush=True,
        unit="dry-run",
        body_id="edit-stored",
        classes="edit-stored",
        source=html.Span(id="edit-stored-at"),
    )


def _impact_panel() -> html.Section:
    return panel(
        "What it does to traffic",
        html.Div("Shown once the dry-run has passed.", className="quiet"),
        rule=True,
        flush=True,
        body_id="edit-impact",
        classes="edit-impact",
        source=html.Span(id="edit-impact-at"),
    )


def _conflict() -> html.Section:
    return html.Section(
        [
            html.Header(
                [
                    html.H2("Conflict, three ways"),
                    html.Span(id="edit-conflict-sub", className="u"),
                    html.Span(id="edit-conflict-versions", className="src"),
                ],
                className="rule",
            ),
            html.Div(id="edit-conflict-table", className="bd0 scroll-x"),
            html.Footer(
                [
                    html.Span(id="edit-conflict-left", className="grow", role="status"),
                    html.Button(
                        "Keep editing",
                        id="edit-conflict-close",
                        className="btn btn-secondary",
                        type="button",
                    ),
                    html.Button(
                        "Apply the merge",
                        id="edit-conflict-apply",
                        className="btn btn-primary",
                        type="button",
                    ),
                ]
            ),
        ],
        id="edit-conflict-panel",
        className="panel d-none",
    )


def _foot(kind: str, create: bool) -> html.Div:
    return html.Div(
        [
            html.Span(
                [
                    html.I(id="edit-result-icon", className="bi bi-circle-half"),
                    html.Span("Loading", id="edit-result"),
                ],
                id="edit-result-st",
                className="st unk",
                role="status",
            ),
            html.Span(id="edit-based", className="t2 ell grow"),
            dbc.Input(
                id="edit-reason",
                name="Reason",
                placeholder="Reason, kept in the audit log",
                autocomplete="off",
                maxlength=500,
                className="reason",
            ),
            html.Button(
                "Copy as kubectl",
                id="edit-kubectl",
                className="btn btn-secondary only-d",
                type="button",
            ),
            html.Button("Discard", id="edit-discard", className="btn btn-link", type="button"),
            html.Button(
                creates(kind) if create else "Apply",
                id="edit-apply",
                className="btn btn-primary",
                type="button",
                disabled=True,
            ),
        ],
        className="bar-foot",
    )
