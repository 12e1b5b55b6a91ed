"""What an admin does about a registered cluster: test it, edit it, its tokens, its end."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import cluster_input
from callbacks.fleet import why_not
from callbacks.registrar import Callbacks, nothing, toast
from components import cluster
from components.cluster_settings import ACCESS, TOLD
from services.auth.identity import Role
from services.clusters.joining import ClusterPatch
from services.clusters.registration import Registration
from services.clusters.standing import HEARTBEAT_SECONDS
from services.container import Container
from services.errors import Conflict, Invalid, NotFound


def register(callbacks: Callbacks) -> None:
    """Register the page's buttons and forms."""
    _register_test(callbacks)
    _register_form(callbacks)
    _register_access(callbacks)
    _register_tokens(callbacks)
    _register_end(callbacks)


def registration(container: Container) -> Registration:
    """The service. Raises Conflict, with the reason, where clusters are not registered here."""
    if container.registration is None:
        raise Conflict(f"{why_not(container)}.")
    return container.registration


def _register_test(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output(cluster.FOUND, "data"),
        Input("cluster-test", "n_clicks"),
        State(cluster.ASKED, "data"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def test(clicks: int | None, asked: dict[str, Any]) -> Any:
        if not clicks:
            return no_update
        try:
            found = registration(callbacks.container).test_registered(
                callbacks.who(), asked["name"]
            )
        except (Invalid, NotFound) as error:
            return {"failed": error.message, "at": clicks}
        return {"findings": [asdict(one) for one in found], "at": clicks}

    callbacks.clientside(ClientsideFunction("ngfCluster", "tested"), Input(cluster.FOUND, "data"))


def _register_form(callbacks: Callbacks) -> None:
    inputs = [f"cluster-{key}" for key in TOLD]

    @callbacks.on(
        *[Output(name, "value") for name in inputs],
        Output(cluster.BASE, "data"),
        Output("cluster-form", "disabled"),
        Input(cluster.ASKED, "data"),
        State(cluster.BASE, "data"),
    )
    def fill(asked: dict[str, Any], base: dict[str, Any] | None) -> Any:
        if base is not None:
            return nothing()  # somebody may be typing
        container, who = callbacks.container, callbacks.who()
        try:
            member = container.fleet.visible(who, str(asked["name"])).member
        except NotFound:
            return nothing()
        shown = {
            "display-name": member.display_name,
            "region": member.region,
            "environment": member.environment,
            "labels": ", ".join(f"{key}={value}" for key, value in sorted(member.labels.items())),
            "edition": _edition(container, member.name),
            "interval": f"{member.interval:g}" if member.agents else "",
            "otel": member.otel_endpoint,
        }
        may = container.registration is not None and who.role.includes(Role.ADMIN)
        return [*(shown[key] for key in TOLD), shown, not may]

    @callbacks.on(
        *[Output(f"{name}-error", "children") for name in inputs],
        *[Output(name, "invalid") for name in inputs if name != "cluster-edition"],
        Output(cluster.BASE, "data", allow_duplicate=True),
        Input("cluster-save", "n_clicks"),
        State(cluster.ASKED, "data"),
        State(cluster.BASE, "data"),
        *[State(name, "value") for name in inputs],
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def save(clicks: int | None, asked: dict[str, Any], base: dict[str, Any], *values: Any) -> Any:
        if not clicks:
            return nothing()
        typed = dict(zip(TOLD, values, strict=True))
        changed = cluster_input.changed(base, typed)
        said: dict[str, str] = {}
        if changed:
            try:
                patch = _patch(changed, base)
                service = registration(callbacks.container)
                service.change(callbacks.who(), asked["name"], patch)
            except Invalid as error:
                said = cluster_input.faults(error, TOLD)
        if not said:
            words = "Lists and pages say so from now on." if changed else "Nothing was changed."
            toast("ok", f"Cluster {asked['name']} is saved", words)
        return [
            *(said.get(key, "") for key in TOLD),
            *(key in said for key in TOLD if key != "edition"),
            no_update if said else typed,
        ]


def _edition(container: Container, name: str) -> str:
    """What the object says of NGF's edition, as the select has it."""
    if container.registry is None:
        return "unknown"
    try:
        spec = container.registry.object(name).get("spec") or {}
    except NotFound:
        return "unknown"
    return str(spec.get("ngfEdition") or "unknown")


def _patch(changed: dict[str, Any], base: dict[str, Any]) -> ClusterPatch:
    """What was typed as the service takes it. Raises Invalid."""
    given: dict[str, Any] = {}
    for key, argument in (
        ("display-name", "display_name"),
        ("region", "region"),
        ("environment", "environment"),
        ("otel", "otel_endpoint"),
    ):
        if key in changed:
            given[argument] = (changed[key] or "").strip()
    if "labels" in changed:
        wanted = cluster_input.labels(changed["labels"])
        gone = cluster_input.labels(base["labels"]).keys() - wanted.keys()
        given["labels"] = {**wanted, **dict.fromkeys(gone)}
    if "interval" in changed:
        typed = cluster_input.interval(changed["interval"])
        given["heartbeat_seconds"] = typed if typed is not None else HEARTBEAT_SECONDS
    if "edition" in changed:
        given["ngf_edition"] = changed["edition"]
    return ClusterPatch(**given)


def _register_access(callbacks: Callbacks) -> None:
    inputs = [f"cluster-{key}" for key in ACCESS]

    @callbacks.on(
        Output("cluster-kubeconfig-error", "children"),
        Output("cluster-prometheus-url-error", "children"),
        *[Output(name, "value") for name in inputs],
        Input("cluster-replace", "n_clicks"),
        State(cluster.ASKED, "data"),
        *[State(name, "value") for name in inputs],
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def replace(
        clicks: int | None,
        asked: dict[str, Any],
        kubeconfig: str | None,
        url: str | None,
        user: str | None,
        password: str | None,
    ) -> Any:
        if not clicks:
            return nothing()
        try:
            patch = ClusterPatch(
                kubeconfig=kubeconfig if (kubeconfig or "").strip() else None,
                prometheus=cluster_input.prometheus(url, user, password),
            )
            if patch.kubeconfig is None and patch.prometheus is None:
                return ["Nothing is typed yet.", "", *[no_update] * len(inputs)]
            registration(callbacks.container).change(callbacks.who(), asked["name"], patch)
        except Invalid as error:
            said = cluster_input.faults(error, ("kubeconfig", "prometheus-url"))
            told = [said.get(key, "") for key in ("kubeconfig", "prometheus-url")]
            return [*told, *[no_update] * len(inputs)]
        toast("ok", f"Access to {asked['name']} is replaced", "The console connects with it now.")
        return ["", "", *[""] * len(inputs)]


def _register_tokens(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output(cluster.MINTED, "data"),
        Input("cluster-rotate", "n_clicks"),
        State(cluster.ASKED, "data"),
        State("cluster-overlap", "value"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def rotate(clicks: int | None, asked: dict[str, Any], overlap: str) -> Any:
        if not clicks:
            return no_update
        service = registration(callbacks.container)
        text = service.rotate_token(callbacks.who(), asked["name"], timedelta(seconds=int(overlap)))
        return {"secret": text, "name": asked["name"], "at": clicks}

    @callbacks.on(
        Input(cluster.REVOKE, "data"),
        State(cluster.ASKED, "data"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def revoke(_asked: dict[str, Any], about: dict[str, Any]) -> None:
        registration(callbacks.container).revoke_tokens(callbacks.who(), about["name"])
        toast("ok", "All tokens are revoked", "The agent is refused until it gets a new one.")

    callbacks.clientside(ClientsideFunction("ngfCluster", "token"), Input(cluster.MINTED, "data"))


def _register_end(callbacks: Callbacks) -> None:
    @callbacks.on(
        Output(cluster.FAREWELL, "data"),
        Input(cluster.UNREGISTER, "data"),
        State(cluster.ASKED, "data"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def unregister(asked: dict[str, Any], about: dict[str, Any]) -> Any:
        if asked["typed"] != about["name"]:
            return no_update
        service = registration(callbacks.container)
        farewell = service.unregister(callbacks.who(), about["name"], str(asked["reason"]).strip())
        return {"name": about["name"], **asdict(farewell)}

    callbacks.clientside(
        ClientsideFunction("ngfCluster", "farewell"), Input(cluster.FAREWELL, "data")
    )
