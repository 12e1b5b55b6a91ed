"""The simulator: what is asked, what becomes of it, and what is kept."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output
from dash.exceptions import PreventUpdate

from callbacks.asked_requests import address_of, choice, document_of, faults
from callbacks.asking import Asked
from callbacks.object_links import href
from callbacks.registrar import Callbacks, toast
from components import panels
from components import simulator as page
from services.auth.identity import Identity, Role
from services.container import Container
from services.diagnostics import telling
from services.diagnostics.hops import Hop
from services.diagnostics.reruns import Rerun, key_of
from services.diagnostics.simulation import Simulated
from services.errors import ConsoleError, Invalid, NotFound
from services.gatewayapi import rows
from services.gatewayapi.matching.curl import from_curl as request_from
from services.gatewayapi.matching.request import parse
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.reading import READ
from services.kube.catalogue import KINDS

Told = dict[str, Any]

SECRETS = ("authorization", "cookie", "proxy-authorization", "x-api-key")
"""Headers of a pasted command whose values do not go into an address."""

WORDS = {"ok": "fine", "warn": "look at it", "err": "it ends here", "info": "answered"}


def register(callbacks: Callbacks) -> None:
    """Register the questions and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(page.TOLD, "data"), Input(page.ASKED, "data"))
    def simulate(asked: dict[str, Any]) -> Told:
        return told(container, callbacks.who(), asked or {})

    @callbacks.on(Output(page.REQUEST, "data"), Input(page.CURL, "data"), prevent_initial_call=True)
    def pasted(given: dict[str, Any]) -> Told:
        return from_curl(str(given.get("text") or ""))

    @callbacks.on(
        Output(page.ACTED, "data"),
        Input(page.ACT, "data"),
        role=Role.OPERATOR,
        prevent_initial_call=True,
    )
    def act(what: dict[str, Any]) -> Told:
        return acted(container, callbacks.who(), what)

    for store, function in ((page.TOLD, "draw"), (page.REQUEST, "curl"), (page.ACTED, "acted")):
        callbacks.clientside(ClientsideFunction("ngfSimulator", function), Input(store, "data"))


def told(container: Container, who: Identity, asked: Asked) -> Told:
    """Everything on the page: the answer, or why there is none, and the saved requests."""
    chosen = choice(container, who, asked)
    made: Told = {
        **chosen,
        "kinds": list(READ),
        "faults": {},
        "reason": "",
        "answer": None,
        "saved": saved(container, who, chosen),
    }
    if not chosen["cluster"]:
        return {**made, "reason": "No gateway is known here, so nothing can be simulated."}
    try:
        document = document_of(asked)
        if document is not None:
            found = simulated(container, who, chosen, document)
            made["answer"] = answered(container, found)
    except Invalid as error:
        made["faults"] = faults(error)
        if not made["faults"]:
            made["reason"] = error.message
    except ConsoleError as error:
        made["reason"] = error.message
    made["values"] = values(made)
    return made


def simulated(
    container: Container, who: Identity, chosen: Mapping[str, Any], document: Told
) -> Simulated:
    """What becomes of a request at the chosen gateway, or at the one that takes it. Raises
    NotFound."""
    if chosen["unknown"]:
        raise NotFound(chosen["unknown"])
    cluster, _, gateway = chosen["gateway"].partition(" ")
    request = parse(document)
    if gateway:
        return container.simulations.at(who, cluster, key_of(gateway), request)
    return container.simulations.anywhere(who, cluster, request)


def answered(container: Container, found: Simulated) -> Told:
    """An answer in the words of the page."""
    document = found.document
    model = container.models.of(container.fleet.get(found.cluster))
    candidates = [_candidate(found.cluster, model, one) for one in document["candidates"]]
    return {
        "status": telling.tone(document),
        "verdict": telling.verdict(document),
        "sentence": telling.sentence(document),
        "gateway": "/".join(found.gateway),
        "hops": [hop(found.cluster, one) for one in found.hops],
        "notes": [
            {"text": one["what"], "source": f"NGF {one['version']}, {one['section']}"}
            for one in document.get("notes", ())
        ],
        "also": [
            {
                "gateway": "/".join(key),
                "value": f"{found.cluster} {'/'.join(key)}",
                "says": telling.goes_to(one),
            }
            for key, one in found.others
        ],
        "candidates": candidates,
        "hidden": document.get("candidates_hidden", 0),
    }


def hop(cluster: str, one: Hop) -> Told:
    """A hop with links."""
    return {
        "step": one.step,
        "label": one.label,
        "status": one.status,
        "word": WORDS[one.status],
        "what": [
            {"text": part.text, "href": href(cluster, part.ref), "more": part.more}
            for part in one.what
        ],
        "aside": one.aside,
        "why": list(one.why),
        "section": one.section,
    }


def result_of(candidate: Mapping[str, Any]) -> str:
    """How far a candidate came: by what it lost."""
    section = candidate["section"]
    if candidate["rule"] is None:
        return "not_attached"
    if section.startswith("Gateway.") or section.endswith(".hostnames"):
        return "skipped"
    if section.endswith(("Rule.matches", "spec.rules")):
        return "matches"
    return "no_match"


def _candidate(cluster: str, model: Model, one: Mapping[str, Any]) -> Told:
    place = one["route"]
    ref = Ref(place["kind"], place["namespace"], place["name"])
    return {
        **place,
        "href": href(cluster, ref),
        "rule": "" if one["rule"] is None else one["rule"] + 1,
        "match": _match(model, ref, one),
        "result": result_of(one),
        "why": one["lost_because"].removeprefix("It is not attached: "),
        "section": one["section"],
    }


def _match(model: Model, ref: Ref, one: Mapping[str, Any]) -> str:
    route = model.routes.get(ref)
    if route is None or one["rule"] is None or one["match"] is None:
        return ""
    plural = next(name for name, kind in KINDS.items() if kind.kind == ref.kind)
    texts = rows.matches(plural, route.rules[one["rule"]].obj)
    return texts[one["match"]] if one["match"] < len(texts) else ""


def saved(container: Container, who: Identity, chosen: Mapping[str, Any]) -> list[Told]:
    """The saved requests of the chosen gateway, or of all of the cluster, run again."""
    cluster, _, gateway = chosen["gateway"].partition(" ")
    if not cluster:
        return []
    try:
        return [_saved(one) for one in container.reruns.list(who, cluster, gateway)]
    except ConsoleError:
        return []


def _saved(one: Rerun) -> Told:
    kept = one.saved
    place = f"{kept.namespace}/{kept.gateway}"
    status, word = "ok", "unchanged"
    if one.now is None:
        status, word = "err", "nothing answers"
    elif one.changed:
        failing = telling.tone(one.now) == "err"
        status, word = ("err", "fails now") if failing else ("warn", "changed")
    differing = ", ".join(one.differences) or "changed where you may not see"
    return {
        "id": kept.id,
        "cluster": kept.cluster,
        "name": kept.name,
        "gateway": place,
        "status": status,
        "word": word,
        "goes": telling.goes_to(one.now) if one.now else one.reason,
        "last": differing if status != "ok" else "same",
        "query": {
            "cluster": [kept.cluster],
            "gateway": place,
            **address_of(parse(kept.request)),
        },
    }


def acted(container: Container, who: Identity, what: Mapping[str, Any]) -> Told:
    """Save, rename, accept or delete; ``saved`` is the request that is looked at from then on."""
    reruns = container.reruns
    cluster, id = str(what.get("cluster") or ""), str(what.get("id") or "")
    match what.get("do"):
        case "save":
            kept = _save(container, who, what)
            toast("ok", f"Request {kept.saved.name} saved", "It is run again after every change.")
            return {"saved": kept.saved.id, "at": what.get("at")}
        case "rename":
            reruns.change(who, cluster, id, name=str(what.get("name") or ""))
        case "accept":
            kept = reruns.accept(who, cluster, id)
            toast("ok", "Accepted", f"{kept.saved.name} is expected to do what it does now.")
        case "delete":
            gone = reruns.remove(who, cluster, id)
            toast("ok", f"Request {gone.name} deleted")
            return {"saved": "", "at": what.get("at")}
        case _:
            raise PreventUpdate
    return {"at": what.get("at")}


def _save(container: Container, who: Identity, what: Mapping[str, Any]) -> Rerun:
    """Keep the request of the address, for the gateway that takes it where none is chosen."""
    asked = {**what.get("request", {}), "cluster": what.get("cluster")}
    document = document_of(asked)
    if document is None:
        raise Invalid.of("URL", "must be there before the request can be saved")
    chosen = choice(container, who, asked)
    found = simulated(container, who, chosen, document)
    gateway = "/".join(found.gateway)
    return container.reruns.save(who, found.cluster, gateway, str(what.get("name") or ""), document)


def from_curl(text: str) -> Told:
    """The keys of the address for a pasted command. Raises Invalid."""
    request = request_from(text)
    left = [name for name, _ in request.headers if name.lower() in SECRETS]
    if left:
        toast(
            "info",
            "Secrets were left out",
            f"Values of {', '.join(left)} do not go into an address. Type them where a route asks"
            " for them.",
        )
    made = address_of(request)
    kept = [line for line in made["headers"].splitlines() if not _secret(line)]
    return {**made, "headers": "\n".join(kept)}


def _secret(line: str) -> bool:
    return line.partition(":")[0].strip().lower() in SECRETS


def values(made: Told) -> Told:
    """What the tables show, as values."""
    answer = made["answer"]
    candidates = answer["candidates"] if answer else []
    shown = ("kind", "namespace", "name", "rule", "match", "result", "why")
    return {
        "simulator-lost": panels.values(
            ({key: one[key] for key in shown} for one in candidates), "model"
        ),
        "simulator-saved": panels.values(
            (
                {key: one[key] for key in ("gateway", "name", "goes", "word", "last")}
                for one in made["saved"]
            ),
            "model",
        ),
    }
