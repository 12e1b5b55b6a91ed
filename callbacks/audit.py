"""The audit page: blocks of entries, one entry in the drawer, the chain, files."""

from datetime import UTC, datetime
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.files import file
from callbacks.registrar import Callbacks, toast
from components import audit, ids, panels
from components.kinds import AUDITED, href, subject
from services.auth.identity import Identity, Role
from services.configdb.audit import PAGE_SIZE_MAX, AuditPage, AuditRecord
from services.container import Container
from services.kube.catalogue import KINDS

STATUS = {"done": ("ok", "Done"), "denied": ("err", "Denied"), "failed": ("err", "Failed")}
EXPORT = 10_000
"""Entries in one file; more are better read through REST."""
FIELDS = (
    "id", "time", "actor", "role", "address", "cluster", "kind", "namespace", "name", "verb",
    "outcome", "reason", "error",
)  # fmt: skip


def register(callbacks: Callbacks) -> None:
    """Register the page's callbacks."""
    container = callbacks.container

    @callbacks.on(
        Output(audit.GRID, "getRowsResponse"),
        Output("audit-foot", "children"),
        Output("audit-total", "children"),
        Output("audit-instead", "children"),
        Output("audit-instead", "className"),
        Input(audit.GRID, "getRowsRequest"),
        State(ids.VIEW, "data"),
        State(audit.OPENED, "data"),
    )
    def rows(
        request: dict[str, Any] | None, told: dict[str, Any] | None, opened: dict[str, Any]
    ) -> Any:
        if not request:
            return [no_update] * 5
        view = told if told and told["path"] == "/audit" else opened
        start, size = request["startRow"], request["endRow"] - request["startRow"]
        found = ask(
            container,
            callbacks.who(),
            view,
            sort=_sort(request.get("sortModel")),
            page=start // size + 1,
            page_size=size,
        )
        slot = container.fleet.slot
        shown = f"{start + 1:,} to {start + len(found.items):,} of {found.total:,}"
        filtered = any(view.get(key) for key in ("q", "outcome", "verb", "cluster"))
        return [
            {
                "rowData": [row(record, slot(record.cluster)) for record in found.items],
                "rowCount": found.total,
            },
            shown if found.total else "none",
            f"{found.total:,} entr{'y' if found.total == 1 else 'ies'}",
            ""
            if found.total
            else "No entry matches the filters."
            if filtered
            else "No change has been made yet. Every create, edit and delete is kept here.",
            "instead d-none" if found.total else "instead",
        ]

    @callbacks.on(Output(audit.RECORD, "data"), Input(ids.VIEW, "data"), prevent_initial_call=True)
    def record(view: dict[str, Any]) -> Any:
        chosen = str(view.get("sel") or "")
        if view.get("path") != "/audit" or not chosen.isdigit():
            return None
        entry = container.audit.get(callbacks.who(), int(chosen))
        return row(entry, container.fleet.slot(entry.cluster)) | {
            "role": entry.role,
            "address": entry.address,
            "changes": list(entry.diff or ()),
            "object": href(entry.kind, entry.cluster, entry.namespace, entry.name),
        }

    @callbacks.on(Input("audit-verify", "n_clicks"), role=Role.ADMIN, prevent_initial_call=True)
    def verify(clicks: int | None) -> None:
        check = container.audit.verify()
        if check.ok:
            toast("ok", "The chain holds", f"{check.entries:,} entries, none changed or missing.")
        else:
            toast(
                "err",
                f"The chain is broken at entry {check.first_bad}",
                "This entry or one before it was changed outside the console.",
                ("Show entry", f"/audit?sel={check.first_bad}"),
            )

    @callbacks.on(
        Output("audit-download", "data"),
        Input(audit.EXPORT, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def download(wanted: dict[str, Any], view: dict[str, Any] | None) -> Any:
        found = newest(container, callbacks.who(), view or {})
        return file(container, "audit", wanted["format"], values(found))

    callbacks.clientside(
        ClientsideFunction("ngfAudit", "act"),
        Input("audit-q", "value"),
        Input("audit-outcome", "value"),
        Input("audit-verb", "value"),
        prevent_initial_call=True,
    )
    callbacks.clientside(
        ClientsideFunction("ngfAudit", "show"),
        Output("audit-q", "value"),
        Output("audit-outcome", "value"),
        Output("audit-verb", "value"),
        Input(ids.VIEW, "data"),
    )
    callbacks.clientside(ClientsideFunction("ngfAudit", "drawer"), Input(audit.RECORD, "data"))


def ask(
    container: Container,
    who: Identity,
    view: dict[str, Any],
    *,
    page: int,
    page_size: int,
    sort: str = "",
) -> AuditPage:
    """The service's question for a view."""
    return container.audit.list(
        who,
        cluster=view.get("cluster") or None,
        namespace=view.get("namespace") or None,
        verb=view.get("verb") or None,
        outcome=view.get("outcome") or None,
        search=view.get("q") or "",
        sort=sort or "-time",
        page=page,
        page_size=page_size,
    )


def newest(container: Container, who: Identity, view: dict[str, Any]) -> list[AuditRecord]:
    """As many of the newest entries as a file has. One that comes meanwhile moves the pages."""
    found: dict[int, AuditRecord] = {}
    for page in range(1, EXPORT // PAGE_SIZE_MAX + 1):
        part = ask(container, who, view, page=page, page_size=PAGE_SIZE_MAX)
        found |= {one.id: one for one in part.items}
        if page * PAGE_SIZE_MAX >= part.total:
            break
    return list(found.values())


def row(record: AuditRecord, slot: int) -> dict[str, Any]:
    """One line of the table; ``slot`` is the colour of its cluster."""
    status, word = STATUS[record.outcome]
    kind = (
        KINDS[record.kind].kind if record.kind in KINDS else AUDITED.get(record.kind, record.kind)
    )
    place = "/".join(filter(None, (record.namespace, record.name)))
    return {
        "id": record.id,
        "time": record.time.isoformat(),
        "status": status,
        "status_word": word,
        "actor": record.actor,
        "verb": record.verb,
        "kind": kind,
        "title": f"{kind} {place}" if place else record.verb.capitalize(),
        "namespace": record.namespace,
        "name": record.name or subject(record.kind, "", ""),
        "cluster": record.cluster,
        "slot": slot,
        "fields": len(record.diff or ()) or None,
        "why": record.reason,
        "reason": f"{record.actor}, {record.verb}",
        "error": record.error,
        "href": f"/audit?sel={record.id}",
    }


def values(records: list[AuditRecord]) -> dict[str, Any]:
    """The filtered entries without their bodies."""
    rows = ({name: getattr(record, name) for name in FIELDS} for record in records)
    return panels.values(rows, "audit log", datetime.now(UTC))


def _sort(model: list[dict[str, str]] | None) -> str:
    if not model:
        return ""
    return ("-" if model[0]["sort"] == "desc" else "") + model[0]["colId"]
