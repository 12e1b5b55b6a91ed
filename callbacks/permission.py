"""What a page offers to a person: nothing that would be refused, and why.

Asked once when the page opens, in callbacks of their own: the answer may need the cluster, and what
can be read from memory does not wait for it. Whatever a page offers, every change asks again.
"""

from typing import Any

from dash import Input, Output

from callbacks.registrar import Callbacks
from components.kinds import CERTIFICATE_KINDS, KINDS, edit_href, renew_href
from services.auth.identity import Role
from services.errors import ConsoleError, Denied, NotFound, Unavailable
from services.kube.permission import Verb

Ref = dict[str, Any]
_NOT_HERE = "The console stores and deletes certificates in TLS Secrets, and shows all others."


def register(callbacks: Callbacks) -> None:
    """Register the questions of the detail pages and of the editor on ``callbacks``."""

    def refusal(ref: Ref, verb: Verb) -> ConsoleError | None:
        """Why not; a cluster that cannot say is no reason to hide anything."""
        error = callbacks.container.changes.refusal(
            callbacks.who(), ref["cluster"], ref["kind"], verb, ref["namespace"]
        )
        return None if isinstance(error, Unavailable) else error

    @callbacks.on(
        Output("detail-edit", "children"),
        Output("detail-edit", "href"),
        Output("detail-edit", "data-tab"),
        Output("detail-edit", "className"),
        Output("detail-ask", "className"),
        Output("detail-denied", "children"),
        Input("detail-ref", "data"),
    )
    def detail(ref: Ref) -> Any:
        made = ref["kind"] == "gateways" and _made_by_bundle(callbacks, ref)
        ref = made or ref
        update, delete = refusal(ref, "update"), refusal(ref, "delete")
        edit: tuple[str, str, str | None, str]
        edit = ("View YAML", "?tab=yaml", "yaml", "btn btn-secondary")
        if update is None:
            edit = (
                "Edit",
                edit_href(ref["kind"], ref["cluster"], ref["namespace"], ref["name"]),
                None,
                "btn btn-primary",
            )
        ask = "dropdown-item text-danger" if delete is None else "d-none"
        if ref["kind"] == "secrets" and not _is_tls(callbacks, ref):
            return "View YAML", "?tab=yaml", "yaml", "btn btn-secondary", "d-none", _NOT_HERE
        if ref["kind"] == "secrets" and update is None:
            place = (ref["cluster"], ref["namespace"], ref["name"])
            edit = ("Renew", renew_href(*place), None, "btn btn-primary")
        if ref["kind"] in ("configmaps", "certificates"):
            return "View YAML", "?tab=yaml", "yaml", "btn btn-secondary", "d-none", _NOT_HERE
        if made and delete is None:
            told = "A GatewayBundle makes it: what is deleted here comes back. Delete the bundle."
            return *edit, "d-none", told
        refused = {"edit": update, "delete": delete}
        verbs = " or ".join(verb for verb, error in refused.items() if error)
        denied = update or delete
        told = f"You may not {verbs} it. {explained(denied)}" if denied else ""
        return *edit, ask, told

    @callbacks.on(
        Output("edit-inputs", "disabled"),
        Output("edit-denied", "className"),
        Output("edit-denied-lead", "children"),
        Output("edit-denied-text", "children"),
        Input("edit-ref", "data"),
    )
    def editor(ref: Ref) -> Any:
        spoken = KINDS.get(ref["kind"], KINDS["gateways"])
        denied: ConsoleError | None
        if ref["kind"] in CERTIFICATE_KINDS:
            lead, denied = "This is not edited here.", Denied(_NOT_HERE)
        elif ref["create"]:
            lead = f"You may not create {spoken.many}."
            denied = _below_operator(callbacks)
        else:
            lead = f"You may look at this {spoken.one}, not change it."
            denied = refusal(ref, "update")
        if denied is None:
            return False, "strip info d-none", "", ""
        return True, "strip info", lead, explained(denied)


def _made_by_bundle(callbacks: Callbacks, ref: Ref) -> Ref | None:
    """The bundle of a gateway, which is changed in its place: what is done to the gateway itself
    the operator puts back."""
    place = (ref["cluster"], ref["namespace"], ref["name"])
    try:
        found = callbacks.container.bundles.of_gateway(callbacks.who(), *place)
    except (NotFound, Unavailable):
        return None
    return ref | {"kind": "gatewaybundles"} if found else None


def _is_tls(callbacks: Callbacks, ref: Ref) -> bool:
    snapshot = callbacks.container.fleet.visible(callbacks.who(), ref["cluster"]).snapshot(
        "secrets"
    )
    found = snapshot.objects.get((ref["namespace"], ref["name"])) or {}
    return found.get("type") == "kubernetes.io/tls"


def _below_operator(callbacks: Callbacks) -> Denied | None:
    """Whether there is no place at all where this person may create something."""
    try:
        callbacks.who().require(Role.OPERATOR)
    except Denied as error:
        return error
    return None


def explained(error: ConsoleError) -> str:
    """Why something is not permitted, and who can change that."""
    if "needed" in error.details:
        remedy = "An admin can give you a higher role."
    elif "verb" in error.details:
        remedy = "Whoever runs the cluster can allow it."
    elif isinstance(error, Denied):
        remedy = "An admin can widen your limits."
    else:
        remedy = ""
    return f"{error.message} {remedy}".strip()
