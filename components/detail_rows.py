"""One object's read model as the rows, facts and conditions that its page shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from components.kinds import href
from components.page import condition
from components.status import ICONS, age, cluster, icon
from components.times import span

Row = dict[str, Any]

CONDITIONS = 11
"""Conditions drawn beside an object: a returned subtree stays below a hundred components."""

PARENTS = {"Gateway": "gateways", "ListenerSet": "listenersets"}
"""Kinds that are parents of routes, and their plurals."""

ORDER = ("err", "warn", "info", "ok", "note")
"""Trouble first."""


def tone(said: Mapping[str, Any]) -> str:
    """The status of a condition; that a policy affects the object is a neutral fact."""
    return "note" if str(said.get("type", "")).endswith("Affected") else str(said["status"])


def conditions_list(conditions: Sequence[Mapping[str, Any]]) -> Any:
    """The panel at the right. Each: icon, type, status, reason, age, sentence."""
    if not conditions:
        return html.Div(
            "No condition yet. A controller that feels responsible sets some within seconds.",
            className="quiet",
        )
    ordered = sorted(conditions, key=lambda said: ORDER.index(tone(said)))
    made = [
        condition(
            tone(said),
            said.get("title") or said.get("type", ""),
            f"Of an earlier generation. {said['message']}" if said.get("old") else said["message"],
            reason=", ".join(filter(None, (said.get("condition"), said.get("reason")))),
            when=age(said["since"]) if said.get("since") else None,
        )
        for said in ordered[:CONDITIONS]
    ]
    if len(ordered) > CONDITIONS:
        made.append(html.Div(f"{len(ordered) - CONDITIONS} more in the YAML.", className="quiet"))
    return html.Div(made, className="conds")


def facts(items: Sequence[tuple[str, Any]]) -> list[html.Div]:
    """The line under the head; facts that are not known are left out."""
    return [
        html.Div([html.Dt(label), html.Dd(value)])
        for label, value in items
        if value not in (None, "", [])
    ]


def common_facts(obj: Mapping[str, Any], where: Row) -> list[tuple[str, Any]]:
    """What every object's facts begin and end with: cluster, generation, age."""
    metadata = obj.get("metadata") or {}
    return [
        ("Cluster", cluster(where["cluster"], where["slot"])),
        ("Generation", _generation(obj)),
        ("Created", _created(metadata.get("creationTimestamp"))),
        ("Managed by", [icon("git"), where["owner"]] if where.get("owner") else None),
    ]


def _created(moment: str | None) -> Any:
    if not moment:
        return ""
    day = datetime.fromisoformat(moment)
    return html.Span([f"{day.day} {day:%b %Y}, ", age(moment, style="age"), " ago"])


def _generation(obj: Mapping[str, Any]) -> str:
    generation = (obj.get("metadata") or {}).get("generation")
    if generation is None:
        return ""
    seen = [
        said["observedGeneration"]
        for said in _all_conditions(obj)
        if isinstance(said.get("observedGeneration"), int)
    ]
    if not seen:
        return f"{generation}, not observed yet"
    return f"{generation}, observed {min(seen)}"


def _all_conditions(obj: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    status = obj.get("status") or {}
    found = list(status.get("conditions") or [])
    for holders in ("parents", "ancestors", "controllers"):
        for one in status.get(holders) or []:
            found += one.get("conditions") or []
    return found


def _state(said: Mapping[str, Any]) -> Row:
    """A verdict as one cell: the controller's reason where there is trouble, else the word."""
    trouble = said["status"] in ("err", "warn")
    return {
        "status": said["status"],
        "text": (trouble and said.get("reason")) or said["status_word"],
        "message": said.get("message", ""),
    }


def listeners(found: Sequence[Mapping[str, Any]], namespace: str, now: datetime) -> list[Row]:
    """Listeners in their order, those of a ListenerSet with its name; ``now`` is what certificates
    are measured by."""
    return [
        {
            "name": _listener_name(one),
            "protocol": f"{one['protocol']} {one['port']}",
            "hostname": one["hostname"],
            "certificate": _certificates(one, namespace, now),
            "routes_from": one["routes_selector"] or one["routes_from"],
            "routes": one["routes"],
            "state": _state(one),
        }
        for one in found
    ]


def _listener_name(one: Mapping[str, Any]) -> str:
    return f"{one['set_name']}/{one['name']}" if "set_name" in one else str(one["name"])


def _certificates(listener: Mapping[str, Any], namespace: str, now: datetime) -> list[Row]:
    if listener["tls_mode"] == "Passthrough":
        return [{"text": "passthrough", "faint": True}]
    made = [
        {"text": _elsewhere(one, namespace), "mono": True} | _flaw(one, now)
        for one in listener["certificates"]
    ]
    return made or [{"text": "none", "faint": True}]


def _elsewhere(ref: Mapping[str, Any], namespace: str) -> str:
    """A name, with its namespace where that is another one."""
    return ref["name"] if ref["namespace"] == namespace else f"{ref['namespace']}/{ref['name']}"


FLAWS = {"missing": "not found", "expired": "expired", "unreadable": "not readable"}


def _flaw(certificate: Mapping[str, Any], now: datetime) -> Row:
    """The tag beside a certificate: how long it is good for, or why it is not."""
    if certificate["state"] in FLAWS:
        return {"tag": FLAWS[certificate["state"]], "tone": "err"}
    if certificate["ends"] is None:
        return {}
    left = span((certificate["ends"] - now).total_seconds())
    return {"tag": left, "tone": "warn" if certificate["state"] == "soon" else ""}


def trouble(found: Sequence[Mapping[str, Any]]) -> Any:
    """The first broken listener in a sentence, and the next step where we know it."""
    broken = next((one for one in found if one["status"] == "err"), None)
    if broken is None:
        return None
    gone = next((one for one in broken["certificates"] if one["state"] == "missing"), None)
    said = str(broken["message"] or broken["reason"])
    if gone and broken["reason"] == "InvalidCertificateRef":
        said = (
            f"Secret {gone['namespace']}/{gone['name']} does not exist. "
            "Create it or pick another certificate."
        )
    return [icon(ICONS["err"]), f"{_listener_name(broken)}: {said}"]


def named_count(found: Sequence[Mapping[str, Any]], hidden: int) -> tuple[str, str]:
    """How many routes name a gateway, such as "22, 18 attached"; and a sentence about those that
    are not attached and those that are not visible."""

    def routes(rows: Iterable[Mapping[str, Any]]) -> int:
        return len({(row["kind_name"], row["namespace"], row["name"]) for row in rows})

    named = routes(found)
    left = named - routes(row for row in found if row["status"] in ("ok", "warn"))
    said = []
    if left:
        said.append(
            f"{left} {'names' if left == 1 else 'name'} it and {'is' if left == 1 else 'are'} "
            "not attached"
        )
    if hidden:
        said.append(f"{hidden} more in namespaces that are not visible to you")
    return f"{named}, {named - left} attached" if left else str(named), "; ".join(said)


def named_by(found: Sequence[Mapping[str, Any]], cluster_name: str) -> list[Row]:
    """Routes that name a gateway, those in trouble first."""
    rows = [
        {
            "kind": one["kind"].removesuffix("Route"),
            "cluster": "",
            "namespace": one["namespace"],
            "name": one["name"],
            "href": href(one["kind_name"], cluster_name, one["namespace"], one["name"]) or None,
            "hostnames": one["hostnames"],
            "listener": "/".join(filter(None, (one["listener_set"], one["listener"]))),
            "matches_text": one["matches_text"],
            "status": one["status"],
            "status_word": one["status_word"],
            "reason": one["reason"],
            "state": _state(one),
        }
        for one in found
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row["status"]), row["namespace"], row["name"]))


def rules(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """A route's rules in full: matches, filters and settings as text, backends with their state."""
    return [
        {
            "rule": one["name"] or f"Rule {at + 1}",
            "matches": list(one["matches"]),
            "filters": [*one["filters"], *one["settings"]],
            "backends": [_backend(backend, len(one["backends"])) for backend in one["backends"]],
        }
        for at, one in enumerate(found)
    ]


def _backend(backend: Mapping[str, Any], count: int) -> Row:
    kind = "" if backend["kind"] == "Service" else f"{backend['kind']} "
    port = f":{backend['port']}" if backend["port"] else ""
    share = ""
    if count > 1 and backend["share"] is not None:
        share = f"{round(100 * backend['share'])}%, weight {backend['weight']}, "
    elif count > 1:
        share = f"weight {backend['weight']}, "
    filters = f", {'; '.join(backend['filters'])}" if backend["filters"] else ""
    return {
        "text": f"{kind}{backend['namespace']}/{backend['name']}{port}",
        "status": backend["status"],
        "note": f"{share}{backend['state']}{filters}",
    }


def parents(found: Sequence[Mapping[str, Any]], cluster_name: str) -> list[Row]:
    """A route's parents, in its order, with what each says."""
    return [
        {
            "gateway": {
                "text": f"{one['namespace']}/{one['name']}",
                "href": href(PARENTS[one["kind"]], cluster_name, one["namespace"], one["name"])
                if one["kind"] in PARENTS
                else "",
            },
            "listener": one["section"] or (f"port {one['port']}" if one["port"] else ""),
            "state": _state(one),
            "message": one["message"],
        }
        for one in found
    ]


def parent_conditions(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """All conditions of a route, each titled with its gateway where there are several."""
    told = []
    for one in found:
        place = "/".join(filter(None, (one["name"], one["section"])))
        for said in one["conditions"]:
            title = f"{said['type']} on {place}" if len(found) > 1 else said["type"]
            told.append({**said, "title": title})
    return told


def differing(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Where a status says something else than follows from the objects, as conditions."""
    return [
        {
            "type": one["type"],
            "title": f"{one['type']} of {one['where']}" if one["where"] else one["type"],
            "status": "warn",
            "condition": "differs",
            "reason": "",
            "message": _differing(one),
            "since": one["since"],
            "old": one["stale"],
        }
        for one in found
    ]


def _differing(one: Mapping[str, Any]) -> str:
    wanted, said = (one[name].strip() or "nothing" for name in ("expected", "found"))
    why = f" {one['message']}" if one["message"] else ""
    return f"By its objects it would say {wanted}; the cluster says {said}.{why}"


def events(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Kubernetes events, newest first as they come."""
    return [
        {
            "state": {
                "status": "warn" if event.get("type") == "Warning" else "note",
                "text": event.get("type", ""),
            },
            "reason": event.get("reason", ""),
            "message": event.get("message", ""),
            "source": event.get("source", ""),
            "count": event.get("count"),
            "at": event.get("at"),
        }
        for event in found
    ]


OUTCOMES = {"done": ("ok", "Done"), "denied": ("warn", "Denied"), "failed": ("err", "Failed")}


def audit(entries: Sequence[Any]) -> list[Row]:
    """The audit log's entries about one object."""
    rows = []
    for entry in entries:
        status, text = OUTCOMES.get(entry.outcome, ("unknown", entry.outcome))
        rows.append(
            {
                "state": {"status": status, "text": text, "message": entry.error or ""},
                "actor": entry.actor,
                "verb": entry.verb,
                "changes": _changed(entry),
                "reason": entry.reason or "",
                "at": entry.time.isoformat(),
            }
        )
    return rows


def _changed(entry: Any) -> list[str]:
    paths = [str(change.get("path", "")) for change in entry.diff or []]
    shown = paths[:4]
    return [*shown, f"and {len(paths) - 4} more"] if len(paths) > 4 else shown
