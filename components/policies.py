"""The pages around policies: which refuse which, what is in effect for an object, and which kind to
make. The list and the page of one policy are those of every kind.

Conflicts and effects are one value in a store each, drawn by ``assets/js/pages/policies.js``; what
is looked at stands in the address.
"""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.effective import effective_panel
from components.forms import labelled
from components.page import loading, page_head, panel
from components.panels import asked
from components.policy_kinds import POLICIES, PolicyWords
from components.policy_templates import TEMPLATES
from components.status import icon

CONFLICTS_ASKED, CONFLICTS = "policy-conflicts-asked", "policy-conflicts"
EFFECT_ASKED, EFFECT = "policy-effect-asked", "policy-effect"
"""Stores with what is asked, and with the answer."""
KINDS = ("Gateway", "HTTPRoute", "GRPCRoute", "Service", "GatewayClass")
"""What policies may be in effect for."""


def views(here: str) -> html.Nav:
    """The three looks at policies, as tabs that are links."""
    links = (
        ("/policies", "All policies"),
        ("/policies/conflicts", "Conflicts"),
        ("/policies/effective", "In effect"),
    )
    return html.Nav(
        [
            html.A(label, href=path, className="n-keep on" if path == here else "n-keep")
            for path, label in links
        ],
        className="tabs",
        **{"aria-label": "Views of policies"},
    )


def conflicts(query: Mapping[str, str]) -> html.Div:
    """Every policy that does not take effect as written."""
    return html.Div(
        [
            asked(CONFLICTS_ASKED, query),
            dcc.Store(id=CONFLICTS),
            page_head("Policies", actions=[_create()]),
            views("/policies/conflicts"),
            html.Div(id="policy-conflicts-strip", role="status", className="live-strip"),
            panel(
                "Policies that do not take effect",
                html.Div(loading(6), id="policy-conflicts-rows"),
                rule=True,
                flush=True,
                unit="",
                unit_id="policy-conflicts-unit",
                source=html.Span(**{"data-live": "watch"}),
            ),
        ],
        className="ngf-page policies-page",
    )


def effective(query: Mapping[str, str]) -> html.Div:
    """What is in effect for one object, chosen above."""
    chosen = query.get("of") if query.get("of") in KINDS else "Gateway"
    return html.Div(
        [
            asked(EFFECT_ASKED, query),
            dcc.Store(id=EFFECT),
            page_head("Policies", actions=[_create()]),
            views("/policies/effective"),
            html.Div(
                [
                    labelled("Cluster", dbc.Select(id="effect-cluster", options=[])),
                    labelled("Kind", dbc.Select(id="effect-of", options=list(KINDS), value=chosen)),
                    labelled("Object", dbc.Select(id="effect-object", options=[])),
                    labelled(
                        "Part",
                        dbc.Select(id="effect-section", options=[], placeholder="All of it"),
                    ),
                ],
                className="fgrid effect-picks",
            ),
            html.Div(id="effect-strip", role="status", className="live-strip"),
            effective_panel("effect"),
        ],
        className="ngf-page policies-page",
    )


def create() -> html.Div:
    """Which kind to make: what each is for, what it may target, what it may start from."""
    policies = [_card(name, one) for name, one in POLICIES.items() if not one.filter]
    filters = [_card(name, one) for name, one in POLICIES.items() if one.filter]
    return html.Div(
        [
            page_head("Create a policy", crumbs=[("Policies", "/policies"), ("new", "")]),
            html.Div(policies, className="policy-cards"),
            html.H2("Filters that rules of routes name", className="part"),
            html.Div(filters, className="policy-cards"),
        ],
        className="ngf-page policies-page",
    )


def _create() -> html.A:
    return html.A(
        "Create policy", href="/policies/create", className="btn btn-primary n-keep needs-operator"
    )


def _card(name: str, one: PolicyWords) -> html.A:
    targets = f"For {' or '.join(one.targets)}" if one.targets else "Named by rules of routes"
    starts = ", ".join(made["name"].lower() for made in TEMPLATES.get(name, []))
    said: list[Any] = [html.Span(one.purpose), html.Span(targets, className="t3")]
    if starts:
        said.append(html.Span(f"Starts from: {starts}", className="t3"))
    return html.A(
        [html.Span([icon(one.icon), one.kind], className="b6"), *said],
        href=f"/create/{name}",
        className="policy-card n-keep",
    )
