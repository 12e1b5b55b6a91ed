"""The overview of one policy: what it targets, what each target gets, and who overrides it."""

from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, html

from callbacks.detail_reads import Ref, seen
from callbacks.registrar import Callbacks, nothing
from components import kinds
from components.status import ICONS, icon

Told = dict[str, Any]
SHOWN = 6
"""Routes named at a setting that they override; further ones are counted."""


def register(callbacks: Callbacks) -> None:
    """Register the tables of the overview on ``callbacks``."""

    @callbacks.on(
        Output("detail-policy-strip", "children"),
        Output("detail-targets", "rowData"),
        Output("detail-targets-unit", "children"),
        Output("detail-settings", "rowData"),
        Output("detail-settings-unit", "children"),
        Input("policies-ref", "data"),
        Input("detail-touched", "data"),
    )
    def show(ref: Ref, touched: int | None) -> Any:
        model = seen(callbacks, ref)
        if model is None:
            return nothing()
        aimed, values = targets(model, ref["cluster"]), settings(model)
        return strip(model, ref["cluster"]), aimed, str(len(aimed)), values, str(len(values))


def strip(model: Told, cluster: str) -> Any:
    """What refuses the policy, with a link to what it gives way to."""
    whole = [one for one in model["conflicts"] if one["counterpart"] or one["reason"]]
    if not whole:
        return None
    one = whole[0]
    said: list[Any] = [html.B(f"{one['reason']}. ", className="b6"), one["message"]]
    other = one["counterpart"]
    if other and other["name"]:
        place = f"{other['kind']} {other['namespace']}/{other['name']}"
        plural = one["plural"] if other["kind"] == one["kind"] else f"{other['kind'].lower()}s"
        href = kinds.href(plural, cluster, other["namespace"], other["name"])
        said += [" It gives way to ", html.A(place, href=href) if href else place, "."]
    elif other:
        said.append(f" It gives way to a {other['kind']} that is not visible to you.")
    if one["agrees"] is False:
        said.append(" The controller does not say so.")
    return html.Div([icon(ICONS["err"]), html.Div(said)], className="strip err")


def targets(model: Told, cluster: str) -> list[Told]:
    """What it targets, and what each gets."""
    rows = []
    for one in model["in_effect"]:
        href = kinds.href(one["plural"], cluster, one["namespace"], one["name"])
        asked = urlencode(
            {
                "cluster": cluster,
                "of": one["kind"],
                "object": f"{one['namespace']}/{one['name']}",
                "section": one["section"],
            },
            safe="/",
        )
        rows.append(
            {
                "kind": one["kind"],
                "target": {"text": one["name"], "href": href},
                "section": one["section"],
                "state": [_gets(one)],
                "effect": {"text": "In effect", "href": f"/policies/effective?{asked}"},
            }
        )
    return rows


def _gets(one: Told) -> Told:
    refused = one["refused"]
    if refused:
        word = refused["reason"] or "Without effect"
        return {"text": word, "status": "err", "note": refused["message"]}
    lost = [setting for setting in one["settings"] if setting["overridden_by"]]
    if lost:
        paths = ", ".join(setting["path"] for setting in lost)
        return {"text": "In part", "status": "warn", "note": f"Overridden here: {paths}."}
    if one["below"]:
        count = len(one["below"])
        routes = "route overrides" if count == 1 else "routes override"
        return {"text": "In effect", "status": "ok", "note": f"{count} {routes} part of it."}
    return {"text": "In effect", "status": "ok"}


def settings(model: Told) -> list[Told]:
    """Each setting with the targets where it counts, and those where another policy does."""
    paths: dict[str, Told] = {}
    for target in model["in_effect"]:
        for one in target["settings"]:
            row = paths.setdefault(
                one["path"], {"path": one["path"], "value": _lines(one["value"]), "where": []}
            )
            row["where"].append(_where(target, one))
            for below in target["below"]:
                for lost in below["settings"]:
                    if lost["path"] == one["path"]:
                        row["where"].append(_overridden(below, lost))
    if not model["in_effect"]:
        filter_spec = model["object"].get("spec") or {}
        return [
            {"path": name, "value": _lines(value), "where": []}
            for name, value in filter_spec.items()
        ]
    for row in paths.values():
        if len(row["where"]) > SHOWN:
            more = len(row["where"]) - SHOWN
            row["where"] = [*row["where"][:SHOWN], {"text": f"and {more} more"}]
    return list(paths.values())


def _where(target: Told, one: Told) -> Told:
    place = f"{target['kind']} {target['name']}"
    if target["refused"]:
        return {"text": f"not on {place}", "status": "err", "note": target["refused"]["reason"]}
    if one["overridden_by"]:
        winner = one["overridden_by"]["name"] or "a policy that is not visible to you"
        return {"text": f"not on {place}", "status": "warn", "note": f"{winner}: {one['because']}"}
    return {"text": f"on {place}", "status": "ok"}


def _overridden(below: Told, lost: Told) -> Told:
    winner = lost["overridden_by"]["name"] or "a policy that is not visible to you"
    return {
        "text": f"not on {below['kind']} {below['name']}",
        "status": "warn",
        "note": f"overridden by {winner}",
    }


def _lines(value: Any) -> list[str]:
    """A value as lines: entries of a list, fields of an object."""
    if isinstance(value, list):
        return [", ".join(_lines(one)) for one in value]
    if isinstance(value, dict):
        return [f"{name} {', '.join(_lines(one))}" for name, one in value.items()]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
