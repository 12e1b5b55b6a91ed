"""The page of topology: a picture of the part that is looked at, and one object of it in full."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State

from callbacks import topology_about, topology_words
from callbacks.asking import Asked, gone, many
from callbacks.registrar import Callbacks
from components import ids, topology
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError, NotFound
from services.gatewayapi.topology.filtering import Wanted
from services.gatewayapi.topology.pictures import View, picture

Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the page's two questions and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(topology.DATA, "data"), Input(topology.ASKED, "data"))
    def answer(asked: Asked | None) -> Told:
        return page(container, callbacks.who(), asked or {})

    @callbacks.on(
        Output(topology.ABOUT, "data"),
        Input(topology.ABOUT_ASKED, "data"),
        prevent_initial_call=True,
    )
    def about(asked: Mapping[str, Any] | None) -> Told:
        wanted = asked or {}
        view = view_of(container, callbacks.who(), wanted.get("view") or {})
        name, why = str(wanted.get("id", "")), bool(wanted.get("why"))
        return topology_about.about(container, callbacks.who(), view, name, why=why)

    callbacks.clientside(
        ClientsideFunction("ngfTopology", "draw"),
        Output(topology.GRID, "rowData"),
        Input(topology.DATA, "data"),
        Input(ids.VIEW, "data"),
        State(topology.STYLES, "data"),
        prevent_initial_call=True,
    )
    callbacks.clientside(ClientsideFunction("ngfTopology", "about"), Input(topology.ABOUT, "data"))
    callbacks.clientside(
        ClientsideFunction("ngfTopology", "typed"),
        Input("topology-q", "value"),
        prevent_initial_call=True,
    )


def page(container: Container, who: Identity, asked: Asked) -> Told:
    """Everything on the page; where there is nothing to draw, why."""
    view = view_of(container, who, asked)
    head = topology_words.head(container, who, view)
    if not head["clusters"]:
        return {**head, **topology_words.nowhere()}
    if unknown := gone(many(asked.get("cluster")), [one["name"] for one in head["clusters"]]):
        return {**head, **topology_words.refused(NotFound(unknown))}
    if view.mode == "gateway" and not view.gateway[1]:
        return {**head, **topology_words.without_gateway()}
    try:
        seen = picture(container.topologies, who, view)
    except ConsoleError as error:
        return {**head, **topology_words.refused(error)}
    as_table, sel = asked.get("as") == "table", str(asked.get("sel") or "")
    slots = {one["name"]: one["slot"] for one in head["clusters"]}
    return {**head, **topology_words.told(seen, view, slots, sel, as_table=as_table)}


def view_of(container: Container, who: Identity, asked: Asked) -> View:
    """What an address asks for: an old one may name a cluster or a gateway that is gone."""
    names = [one.name for one in container.fleet.clusters(who)]
    chosen = tuple(name for name in many(asked.get("cluster")) if name in names)
    mode = str(asked.get("mode") or "")
    mode = mode if mode in dict(topology.MODES) else ""
    if mode != "across":
        chosen = chosen[:1] or _usual(container, names)
    return View(
        mode=mode,
        clusters=chosen,
        gateway=_gateway(container, who, mode, chosen, asked),
        wanted=Wanted(
            str(asked.get("namespace") or ""),
            tuple(many(asked.get("status"))),
            tuple(many(asked.get("kind"))),
            str(asked.get("q") or ""),
        ),
        group=asked.get("group") != "off",
        opened=tuple(many(asked.get("open"))),
        pods=bool(asked.get("pods")),
        policies=bool(asked.get("policies")),
        everything=not asked.get("shared"),
    )


def _usual(container: Container, names: list[str]) -> tuple[str, ...]:
    """The cluster that is shown where none is chosen."""
    if not names:
        return ()
    default = container.fleet.default_name()
    return (default if default in names else names[0],)


def _gateway(
    container: Container, who: Identity, mode: str, chosen: tuple[str, ...], asked: Asked
) -> tuple[str, str]:
    if mode != "gateway" or not chosen:
        return "", ""
    namespace, _, name = next(iter(many(asked.get("gateway"))), "").partition("/")
    if name:
        return namespace, name
    return next(iter(container.topologies.gateways(who, chosen[0])), ("", ""))
