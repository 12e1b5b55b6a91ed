"""What a change would do to traffic, in a line for each thing that a person should know."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import html

from components.page import condition
from services.gatewayapi.impact import Impact, Rerouted
from services.gatewayapi.issue import Issue
from services.gatewayapi.matching.answer import Answer, Share

SHOWN = 3
"""Things of one sort that are named; further ones are counted."""
_STATUS = {"error": "err", "warning": "warn", "note": "note"}


def lines(impact: Impact, cluster: str) -> list[Any]:
    """Lines for a panel or a dialog, what breaks first."""
    if not impact.concerned:
        return [condition("note", "No traffic is concerned", "The model has no part in this kind.")]
    made = [
        *_moved(impact.saved, "saved request changes its way", "saved requests change", cluster),
        *_moved(impact.moved, "request goes elsewhere", "requests go elsewhere", cluster),
        *_issues(impact),
    ]
    if not impact.moved and not impact.saved:
        what = f"{impact.tried} {'example was' if impact.tried == 1 else 'examples were'} tried."
        told = what if impact.tried else "No route is concerned."
        made.append(condition("ok", "No request goes elsewhere", told))
    if not impact.whole:
        said = f"The first {impact.tried} examples were tried; others may go elsewhere too."
        made.append(condition("note", "Not every request was tried", said))
    if impact.hidden:
        made.append(condition("note", f"{impact.hidden} more in namespaces not visible to you"))
    if impact.unread:
        said = f"Nothing is known of {', '.join(impact.unread)}, so this may not be all."
        made.append(condition("warn", "Part of the cluster is not read", said))
    return made


def broken(impact: Impact, cluster: str) -> list[Any]:
    """Lines for a dialog that has said already what refers to what: only what changes."""
    made = _moved(impact.saved, "saved request changes its way", "saved requests change", cluster)
    made += _moved(impact.moved, "request goes elsewhere", "requests go elsewhere", cluster)
    if impact.introduced:
        made += _issues(impact)[:1]
    return made


def _moved(found: Sequence[Rerouted], one: str, many: str, cluster: str) -> list[Any]:
    if not found:
        return []
    said = [html.Div(_way(it)) for it in found[:SHOWN]]
    if len(found) > SHOWN:
        said.append(html.Div(f"and {len(found) - SHOWN} more"))
    title = f"{len(found)} {one if len(found) == 1 else many}"
    return [condition("warn", title, said, when=_simulated(found[0], cluster))]


def _way(one: Rerouted) -> list[Any]:
    request = one.request
    asked = f"{request.method} {request.host}{request.path}"
    headers = "".join(f" {name}: {value}" for name, value in request.headers)
    named = [html.B(one.name, className="b5"), " "] if one.name else []
    text = f"{_place(one.before)}, then {_place(one.after)}"
    return [*named, html.Span(f"{asked}{headers}", className="mono"), f" {text}"]


def _place(answer: Answer | None) -> str:
    """Where a request goes, in few words."""
    if answer is None:
        return "no gateway"
    if answer.redirect:
        return f"a redirect to {answer.redirect.location}"
    if answer.backends:
        told = ", ".join(_share(one, len(answer.backends) > 1) for one in answer.backends[:SHOWN])
        more = len(answer.backends) - SHOWN
        broken = f", {answer.status} for the rest" if answer.status else ""
        return told + (f" and {more} more" if more > 0 else "") + broken
    if answer.outcome == "no_listener":
        return "no listener"
    if answer.outcome == "tls_refused":
        return "a refused handshake"
    return f"{answer.status}" if answer.status else "nowhere"


def _share(one: Share, split: bool) -> str:
    port = f":{one.port}" if one.port else ""
    return f"{one.ref.name}{port}" + (f" {one.share:.0%}" if split or one.share < 1 else "")


def _simulated(one: Rerouted, cluster: str) -> Any:
    """A link to the simulator with the request."""
    request = one.request
    port = "" if request.port in (None, 80, 443) else f":{request.port}"
    asked = {
        "cluster": cluster,
        "gateway": "/".join(one.gateway),
        "method": request.method,
        "url": f"{request.scheme or 'http'}://{request.hostname}{port}{request.path}",
    }
    if request.headers:
        asked["headers"] = "\n".join(f"{name}: {value}" for name, value in request.headers)
    return html.A("Simulate", href=f"/simulator?{urlencode(asked, safe='/')}", className="s12")


def _issues(impact: Impact) -> list[Any]:
    worst = next((one.severity for one in impact.introduced), "note")
    made = []
    if impact.introduced:
        number = len(impact.introduced)
        title = f"{number} {'issue is' if number == 1 else 'issues are'} introduced"
        made.append(condition(_STATUS[worst], title, _told(impact.introduced)))
    if impact.fixed:
        number = len(impact.fixed)
        title = f"{number} {'issue is' if number == 1 else 'issues are'} fixed"
        made.append(condition("ok", title, _told(impact.fixed)))
    left = len(impact.left)
    stays = f"{left} {'stays' if left == 1 else 'stay'}"
    if not impact.introduced:
        title = f"No issue is introduced, {stays}" if left else "No issue is introduced"
        made.append(condition("ok", title, _told(impact.left)))
    elif left:
        made.append(condition("note", stays.capitalize(), _told(impact.left)))
    return made


def _told(issues: Sequence[Issue]) -> Any:
    said = [html.Div(f"{one.ref}: {one.message}") for one in issues[:SHOWN]]
    if len(issues) > SHOWN:
        said.append(html.Div(f"and {len(issues) - SHOWN} more"))
    return said or None
