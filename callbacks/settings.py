"""The settings page: what this console is and reads, and the tokens of its API."""

import platform
from datetime import timedelta
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.cluster_words import look
from callbacks.registrar import Callbacks, nothing, toast
from components import ids, settings
from services.auth.identity import Identity, Role
from services.auth.tokens import TokenInfo
from services.clusters.fleet import ClusterInfo
from services.container import Container
from services.errors import Invalid
from services.realtime.freshness import as_of

SIGN_IN = {
    "local": "One-time link printed at start",
    "token": "API tokens",
    "oidc": "Identity provider (OpenID Connect)",
}
CAN = {
    Role.VIEWER: "You can read objects and the audit log. Ask an admin for a higher role.",
    Role.OPERATOR: "You can read and change objects. Ask an admin to manage tokens.",
    Role.ADMIN: "You can read and change objects and manage the console.",
}

FIELDS = {"name": "token-name", "clusters": "token-clusters", "namespaces": "token-namespaces"}
"""What is typed for a new token, and the input it is typed in."""


def register(callbacks: Callbacks) -> None:
    """Register the page's callbacks."""
    container = callbacks.container

    @callbacks.on(Output(settings.ABOUT, "data"), Input(ids.VIEW, "data"))
    def tell(_view: dict[str, Any] | None) -> dict[str, Any]:
        return about(container, callbacks.who())

    @callbacks.on(
        Output(settings.TOKENS, "data"),
        Input(ids.VIEW, "data"),
        Input(settings.MADE, "data"),
    )
    def listed(_view: dict[str, Any] | None, _made: dict[str, Any] | None) -> dict[str, Any]:
        who = callbacks.who()
        if not who.role.includes(Role.ADMIN):
            return {"permitted": False, "role": str(who.role), "items": []}
        tokens = [described(token) for token in container.tokens.list(who)]
        return {"permitted": True, "role": str(who.role), "items": tokens}

    @callbacks.on(
        Output(settings.MADE, "data"),
        *[Output(f"{field}-error", "children") for field in FIELDS.values()],
        *[Output(field, "invalid") for field in FIELDS.values()],
        *[Output(field, "value") for field in FIELDS.values()],
        Input("token-create", "n_clicks"),
        State("token-name", "value"),
        State("token-role", "value"),
        State("token-ttl", "value"),
        State("token-clusters", "value"),
        State("token-namespaces", "value"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def create(
        clicks: int | None,
        name: str | None,
        role: str,
        days: str,
        clusters: str | None,
        namespaces: str | None,
    ) -> Any:
        if not clicks:
            return nothing()
        try:
            info, secret = container.tokens.create(
                callbacks.who(),
                name=(name or "").strip(),
                role=Role(role),
                clusters=_names(clusters),
                namespaces=_names(namespaces),
                ttl=timedelta(days=int(days)),
            )
        except Invalid as error:
            rules = {broken["field"]: broken["rule"] for broken in error.details["fields"]}
            if not rules.keys() <= FIELDS.keys():
                raise
            said = [rules.get(field, "") for field in FIELDS]
            return [no_update, *said, *map(bool, said), *[no_update] * len(FIELDS)]
        made = {"name": info.name, "secret": secret, "at": clicks}
        return [made, *[""] * len(FIELDS), *[False] * len(FIELDS), *[""] * len(FIELDS)]

    @callbacks.on(
        Output(settings.TOKENS, "data", allow_duplicate=True),
        Input(settings.REVOKE, "data"),
        role=Role.ADMIN,
        prevent_initial_call=True,
    )
    def revoke(asked: dict[str, Any]) -> dict[str, Any]:
        who = callbacks.who()
        container.tokens.revoke(who, str(asked["id"]))
        toast("ok", f"Token {asked['name']} revoked", "It is refused from now on.")
        return {
            "permitted": True,
            "role": str(Role.ADMIN),
            "items": [described(token) for token in container.tokens.list(who)],
        }

    callbacks.clientside(ClientsideFunction("ngfSettings", "tab"), Input(ids.VIEW, "data"))
    callbacks.clientside(ClientsideFunction("ngfSettings", "about"), Input(settings.ABOUT, "data"))
    callbacks.clientside(
        ClientsideFunction("ngfSettings", "tokens"), Input(settings.TOKENS, "data")
    )
    callbacks.clientside(ClientsideFunction("ngfSettings", "secret"), Input(settings.MADE, "data"))


def about(container: Container, who: Identity) -> dict[str, Any]:
    """Facts of this installation; addresses and secrets are not among them."""
    options = container.settings
    seen = container.fleet.described(who)
    limits = [
        f"clusters {', '.join(sorted(who.clusters))}" if who.clusters is not None else "",
        f"namespaces {', '.join(sorted(who.namespaces))}" if who.namespaces is not None else "",
    ]
    return {
        "console": [
            ["Version", container.version],
            ["Mode", _mode(container)],
            ["Sign-in", SIGN_IN[options.auth]],
            ["Config database", "SQLite" if container.db.is_sqlite else "PostgreSQL"],
            ["Open live pages", str(len(container.hub))],
            ["Python", platform.python_version()],
        ],
        "you": [
            ["Name", who.name],
            ["Role", str(who.role)],
            ["Limits", " and ".join(filter(None, limits)) or "none"],
            ["Signed in by", who.source],
        ],
        "can": CAN[who.role],
        "sources": [_source(info) for _, info in seen]
        + [
            _absent("Access logs", "Not connected", "Rates, failures and latency need them."),
            _absent("Prometheus", "Not connected", "NGINX and controller metrics need it."),
        ],
        "as_of": moment.isoformat() if (moment := as_of(one for one, _ in seen)) else None,
    }


def _mode(container: Container) -> str:
    options = container.settings
    if options.demo:
        return "Demo: every cluster and object is made up"
    if options.multicluster:
        return "Many clusters, from ManagedCluster objects"
    if options.clusters_config:
        return "Many clusters, from a file"
    return "One cluster"


def _source(info: ClusterInfo) -> dict[str, Any]:
    state, shown = info.state, look(info.standing)
    return {
        "status": shown.status,
        "word": shown.word,
        "name": f"Kubernetes API of {info.display_name}",
        "slot": info.slot,
        "cluster": info.name,
        "text": info.standing.title
        or f"Watched, Kubernetes {(state.kubernetes_version or 'of unknown version')}",
        "since": state.last_seen.isoformat() if state.last_seen else None,
    }


def _absent(name: str, word: str, text: str) -> dict[str, Any]:
    return {
        "status": "absent",
        "word": word,
        "name": name,
        "slot": 0,
        "cluster": "",
        "text": text,
        "since": None,
    }


def described(token: TokenInfo) -> dict[str, Any]:
    """A token as the table shows it; the secret is not known any more."""
    return {
        "id": token.id,
        "name": token.name,
        "role": str(token.role),
        "clusters": sorted(token.clusters or ()),
        "namespaces": sorted(token.namespaces or ()),
        "created": token.created.isoformat(),
        "created_by": token.created_by,
        "expires": token.expires.isoformat() if token.expires else None,
        "used": token.last_used.isoformat() if token.last_used else None,
    }


def _names(text: str | None) -> frozenset[str] | None:
    names = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
    return names or None
