"""What the model says of a route or ListenerSet, as the rows that its page shows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from components.detail_rows import Row, parents
from components.kinds import href, plural_of


def attachments(
    found: Sequence[Mapping[str, Any]], judged: Sequence[Mapping[str, Any]], cluster_name: str
) -> list[Row]:
    """A route's parents with what the model says of each listener beside what controllers say."""
    rows = parents(found, cluster_name)
    for row, told in zip(rows, judged, strict=False):
        listeners = [_listener_line(one) for one in told["listeners"]]
        row["model"] = listeners or [{"text": told["state"], "status": told["status"]}]
        row["message"] = row["message"] if row["state"]["status"] != "ok" else ""
    return rows


def _listener_line(one: Mapping[str, Any]) -> Row:
    if one["attached"]:
        hosts = ", ".join(one["hostnames"])
        return {"text": one["name"], "status": "ok", "note": f"attached, {hosts}"}
    note = f"{one['reason']}: {one['message']} {one['section']}"
    return {"text": one["name"], "status": "err", "note": note.strip()}


def problems(judged: Mapping[str, Any]) -> list[Row]:
    """What the model finds wrong, where, and what to do about it."""
    rows = [
        {
            "state": {"status": one["status"], "text": one["reason"] or one["status"]},
            "said": [
                one["message"],
                ", ".join(filter(None, (one["field"], one["section"]))),
            ],
            "remedy": one["remedy"],
        }
        for one in judged["problems"]
    ]
    for row in rows:
        row["said"] = [line for line in row["said"] if line]
    return rows


def in_effect(found: Sequence[Mapping[str, Any]], cluster_name: str) -> list[Row]:
    """Policies that apply to an object, with the fields that each sets."""
    rows = []
    for one in found:
        inherited, over = one["inherited_from"], one["refused"]
        place = one["namespace"], one["name"]
        where = f"from {inherited['kind']} {inherited['name'] or ''}".strip() if inherited else ""
        if one["rule"] is not None:
            where = f"rule {one['rule'] + 1}"
        state = {"status": "ok", "text": "in effect"}
        if over:
            word = over["reason"] or "refused"
            state = {"status": "err", "text": word, "message": over["message"]}
        elif not one["works"]:
            state = {"status": "unknown", "text": "overridden"}
        row = {
            "policy": {
                "text": "/".join(filter(None, place)),
                "href": href(plural_of(one["kind"]), cluster_name, *place),
            },
            "kind": one["kind"],
            "where": where or "directly",
            "settings": [
                {
                    "text": f"{each['path']}: {json.dumps(each['value'])}",
                    "note": each["because"] if each["overridden_by"] else "",
                    "lost": bool(each["overridden_by"]),
                }
                for each in one["settings"]
            ],
            "state": state,
        }
        if row not in rows:  # the same by way of several gateways
            rows.append(row)
    return rows
