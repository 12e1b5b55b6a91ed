"""Picker decisions: the newest, one in full, one again with other weights or the pods of now."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import decision_values, decision_words
from callbacks.asking import window_of
from callbacks.panels import values
from callbacks.registrar import Callbacks
from components import decisions
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError, Invalid, NotFound, Unavailable
from services.inference.decision_store import Known
from services.inference.pool_pods import pools_of
from services.inference.replay import replay

SHOWN = 100
Asked = Mapping[str, Any]
Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the page's three questions and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(decisions.LIST, "data"), Input(decisions.ASKED, "data"))
    def newest(asked: Asked | None) -> Told:
        return page(container, callbacks.who(), asked or {})

    @callbacks.on(
        Output(decisions.ONE, "data"),
        Input(decisions.CHOSEN, "data"),
        prevent_initial_call=True,
    )
    def one(chosen: Asked | None) -> Told | None:
        return decision(container, callbacks.who(), chosen) if chosen else None

    @callbacks.on(
        Output(decisions.REPLAYED, "data"),
        Input(decisions.REPLAY, "data"),
        prevent_initial_call=True,
    )
    def again(asked: Asked | None) -> Told | None:
        return replayed(container, callbacks.who(), asked) if asked else None

    for store, name in (
        (decisions.LIST, "list"),
        (decisions.ONE, "one"),
        (decisions.REPLAYED, "replayed"),
    ):
        callbacks.clientside(ClientsideFunction("ngfDecisions", name), Input(store, "data"))
    callbacks.clientside(
        ClientsideFunction("ngfDecisions", "save"),
        Input(decisions.EXPORT, "data"),
        prevent_initial_call=True,
    )


def page(container: Container, who: Identity, asked: Asked) -> Told:
    """The list, how many there are, and the pools there are to choose from."""
    clusters = tuple(asked.get("cluster") or ())
    pool = str(asked.get("pool") or "") or _all_of(asked.get("namespace"))
    pools = sorted(
        {
            (name, cluster.name)
            for cluster in container.fleet.clusters(who)
            if not clusters or cluster.name in clusters
            for name in pools_of(cluster)
            if who.may_see(cluster.name, name.partition("/")[0])
        }
    )
    told: Told = {"pools": [list(one) for one in pools]}
    try:
        window = window_of(asked, decisions.DEFAULT_RANGE)
        found = container.decisions.newest(who, window, SHOWN, pool=pool, clusters=clusters)
        counted = container.decisions.counted(who, window, pool=pool, clusters=clusters).value
    except (Unavailable, Invalid, NotFound) as error:
        return {**told, "problem": error.message}
    return {
        **told,
        "rows": [
            decision_words.row(one, container.fleet.slot(one.place.cluster))
            for one in found.value or ()
        ],
        "count": decision_words.count(counted, window.seconds) if counted else "",
        "scored": counted.with_scores if counted else 0,
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "reason": found.reason,
        "values": {decisions.ROWS: values(found, map(decision_values.line, found.value or ()))},
    }


def decision(container: Container, who: Identity, chosen: Asked) -> Told:
    """One decision in full, or why it cannot be told."""
    try:
        return decision_words.whole(_known(container, who, chosen), container.fleet.slot)
    except (Unavailable, NotFound) as error:
        return {"requestId": chosen["request"], "problem": error.message}


def replayed(container: Container, who: Identity, asked: Asked) -> Told:
    """One decision once more. An error that the sliders cannot make is the person's to read."""
    try:
        known = _known(container, who, asked)
        states = None
        if asked["basis"] == "now":
            states = container.decisions.states(known.found.place)
        found = replay(known.found.decision, asked["weights"], states)
    except ConsoleError as error:
        return {"requestId": asked["request"], "said": error.message, "note": ""}
    return decision_words.replayed(known.found.decision, found)


def _known(container: Container, who: Identity, asked: Asked) -> Known:
    cluster = asked.get("cluster")
    return container.decisions.one(who, asked["request"], clusters=(cluster,) if cluster else ())


def _all_of(namespace: Any) -> str:
    """How all pools of a namespace are asked for."""
    return f"{namespace}/" if namespace else ""
