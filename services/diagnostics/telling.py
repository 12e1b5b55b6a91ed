"""An answer in few words: what becomes of the request, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from services.diagnostics.hops import percent

Document = Mapping[str, Any]
Tone = Literal["ok", "info", "warn", "err"]

_NOWHERE = {
    "no_listener": "No listener",
    "no_route": "No route",
    "tls_refused": "TLS is refused",
}


def tone(told: Document) -> Tone:
    """ok where a backend answers every request, info for an answer that the gateway was told to
    give, warn where some requests fail, err where all do."""
    status = told.get("status")
    match told["outcome"]:
        case "backend":
            return "warn" if status and status >= 400 else "ok"
        case "redirect":
            return "info"
        case "response":
            return "info" if status is None or status < 400 else "err"
    return "err"


def verdict(told: Document) -> str:
    """What becomes of the request, in a few words."""
    if told.get("hidden"):
        return "Goes where you may not see"
    match told["outcome"]:
        case "backend":
            return f"Goes to {told['route']['name']}"
        case "redirect":
            return f"Redirect, {told['redirect']['status']}"
        case "response":
            return f"Answered with {told['status']}"
    status = told.get("status")
    return _nowhere(told) + (f", {status}" if status else "")


def goes_to(told: Document) -> str:
    """The same for a table: ``orders-v2, rule 2``."""
    if told.get("hidden"):
        return "not visible to you"
    match told["outcome"]:
        case "backend" | "response" if told["route"]:
            where = f"{told['route']['name']}, rule {told['rule'] + 1}"
            return where if told["outcome"] == "backend" else f"{where}: {told['status']}"
        case "redirect":
            return f"redirect, {told['redirect']['status']}"
        case "response":
            return str(told["status"])
    return _nowhere(told).lower()


def _nowhere(told: Document) -> str:
    if told["outcome"] == "no_route" and told["route"]:
        return "Connection closed"  # of TCP, UDP or TLS: a route has it, and no backend takes it
    return _NOWHERE[told["outcome"]]


def sentence(told: Document) -> str:
    """What becomes of the request, with listener, route, rule and shares."""
    if told.get("hidden") or told["route"] is None:
        found = told.get("because") or []
        return " ".join(one["text"] for one in found)
    route = told["route"]
    way = f"{told['listener']}, {route['namespace']}/{route['name']}, rule {told['rule'] + 1}"
    if told["redirect"]:
        return f"{way}: {told['redirect']['location']}"
    shares = [*told["backends"], *told.get("unavailable", ())]
    if not shares:
        return f"{way}: {' '.join(one['text'] for one in told.get('because') or [])}"
    return f"{way}: {', '.join(_share(one) for one in shares)}."


def _share(one: Document) -> str:
    port = f":{one['port']}" if one.get("port") else ""
    broken = f" ({one['status']})" if one.get("why") and one.get("status") else ""
    return f"{percent(one['share'])} to {one['name']}{port}{broken}"


def differences(before: Document, now: Document) -> Iterator[str]:
    """What was otherwise before, most telling first."""
    if before == now:
        return
    if bool(before.get("hidden")) != bool(now.get("hidden")):
        yield f"was {goes_to(before)}"
        return
    if before["outcome"] != now["outcome"]:
        yield "was routed" if before["outcome"] == "backend" else f"was {goes_to(before)}"
    if before["route"] != now["route"]:
        yield f"was {_route(before)}"
    elif before["rule"] != now["rule"] and before["rule"] is not None:
        yield f"was rule {before['rule'] + 1}"
    elif before["match"] != now["match"] and before["match"] is not None:
        yield f"was match {before['match'] + 1}"
    if before["listener"] != now["listener"]:
        yield f"was listener {before['listener'] or 'none'}"
    if before["status"] != now["status"]:
        yield f"was {before['status']}" if before["status"] else "was answered"
    if before["backends"] != now["backends"]:
        yield f"was {', '.join(_share(one) for one in before['backends']) or 'no backend'}"
    if before["redirect"] != now["redirect"] and before["redirect"]:
        yield f"was to {before['redirect']['location']}"
    for name, words in (
        ("request", "what the backend sees was otherwise"),
        ("response_headers", "response headers were otherwise"),
        ("response", "the answer was otherwise"),
        ("mirrors", "mirrors were otherwise"),
    ):
        if before[name] != now[name]:
            yield words


def _route(told: Document) -> str:
    route = told["route"]
    return f"{route['namespace']}/{route['name']}" if route else "no route"
