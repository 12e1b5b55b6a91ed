"""The registration of a cluster: a live test that stores nothing, then everything at once."""

from dataclasses import asdict
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import cluster_input
from callbacks.cluster_care import registration
from callbacks.cluster_words import look
from callbacks.fleet import why_not
from callbacks.registrar import Callbacks, nothing
from components import cluster_register as page
from components.kinds import cluster_href
from services.auth.identity import Role
from services.clusters.joining import NewCluster
from services.errors import Conflict, Invalid, NotFound

ACCESS = ("kubeconfig", "prometheus-url", "prometheus-user", "prometheus-password")
SPOKEN = tuple(key for key in page.INPUTS if key not in ("prometheus-user", "prometheus-password"))
"""Inputs of which something can be wrong."""


def register(callbacks: Callbacks) -> None:
    """Register the wizard's questions."""
    _register_guide(callbacks)
    _register_test(callbacks)
    _register_go(callbacks)
    _register_wait(callbacks)


def _register_guide(callbacks: Callbacks) -> None:
    container = callbacks.container

    @callbacks.on(Output(page.GUIDE, "data"), Input(page.GUIDE, "id"))
    def guide(_: str) -> dict[str, Any]:
        """What the steps say, or why nobody can take them here."""
        who = callbacks.who()
        if container.registration is None:
            return {"why": f"{why_not(container)}.", "role": ""}
        if not who.role.includes(Role.ADMIN):
            return {"why": f"Your role is {who.role}.", "role": str(who.role)}
        members = [one.member for one in container.fleet.clusters(who)]
        return {
            "why": "",
            "account": container.registration.install.account(),
            "taken": [one.name for one in members],
            "regions": sorted({one.region for one in members} - {""}),
            "environments": sorted({one.environment for one in members} - {""}),
        }

    callbacks.clientside(ClientsideFunction("ngfRegister", "guide"), Input(page.GUIDE, "data"))


def _register_test(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output(page.FOUND, "data"),
        Input("register-test", "n_clicks"),
        *[State(f"register-{key}", "value") for key in ACCESS],
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def test(clicks: int | None, kubeconfig: str | None, *told: str | None) -> Any:
        if not clicks:
            return no_update
        try:
            found = registration(callbacks.container).test(
                callbacks.who(), kubeconfig or "", cluster_input.prometheus(*told)
            )
        except Invalid as error:
            return {"faults": cluster_input.faults(error, SPOKEN), "at": clicks}
        return {"findings": [asdict(one) for one in found], "at": clicks}

    callbacks.clientside(ClientsideFunction("ngfRegister", "tested"), Input(page.FOUND, "data"))


def _register_go(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output(page.MADE, "data"),
        *[Output(f"register-{key}", "value") for key in ACCESS],
        Input("register-go", "n_clicks"),
        *[State(f"register-{key}", "value") for key in page.INPUTS],
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def go(clicks: int | None, *values: Any) -> Any:
        if not clicks:
            return nothing()
        service = registration(callbacks.container)
        try:
            new = _new(dict(zip(page.INPUTS, values, strict=True)))
            made = service.register(callbacks.who(), new)
        except (Invalid, Conflict) as error:
            faults = cluster_input.faults(error, SPOKEN)
            return [{"faults": faults, "at": clicks}, *[no_update] * len(ACCESS)]
        install = service.install
        answer = {
            "name": made.name,
            "secret": made.token,
            "href": cluster_href(made.name),
            "command": install.command(made.name, new.otel_endpoint),
            "problem": install.problem,
            "at": clicks,
        }
        return [answer, *[""] * len(ACCESS)]

    callbacks.clientside(ClientsideFunction("ngfRegister", "made"), Input(page.MADE, "data"))


def _new(typed: dict[str, Any]) -> NewCluster:
    """What was typed as the service takes it. Raises Invalid."""

    def text(key: str) -> str:
        return str(typed[key] or "").strip()

    return NewCluster(
        name=text("name"),
        display_name=text("display-name"),
        kubeconfig=str(typed["kubeconfig"] or ""),
        region=text("region"),
        environment=text("environment"),
        labels=cluster_input.labels(typed["labels"]),
        ngf_edition=typed["edition"],
        prometheus=cluster_input.prometheus(
            typed["prometheus-url"], typed["prometheus-user"], typed["prometheus-password"]
        ),
        heartbeat_seconds=cluster_input.interval(typed["interval"]),
        otel_endpoint=text("otel"),
    )


def _register_wait(callbacks: Callbacks) -> None:
    fleet = callbacks.container.fleet

    @callbacks.on(Output(page.HEARD, "data"), Input(page.WAIT, "data"), prevent_initial_call=True)
    def wait(asked: dict[str, Any]) -> dict[str, Any]:
        """How the new cluster stands, and whether its agent has reported."""
        try:
            info = fleet.info(fleet.visible(callbacks.who(), str(asked.get("name") or "")))
        except NotFound:
            return {}
        shown = look(info.standing)
        return {
            "status": shown.status,
            "word": shown.word,
            "title": info.standing.title,
            "heartbeat": info.agent.at.isoformat() if info.agent else None,
            "version": info.agent.agent_version if info.agent else "",
            "interval": info.interval,
        }

    callbacks.clientside(ClientsideFunction("ngfRegister", "heard"), Input(page.HEARD, "data"))
