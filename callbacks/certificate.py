"""The page of one object with certificates: its chain, who uses it, what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from callbacks.registrar import Callbacks
from components.kinds import KINDS, href
from services.clusters.fleet import ClusterInfo

LEAVES = (
    ("detail-chain", "rowData"),
    ("detail-chain-unit", "children"),
    ("detail-chain-said", "children"),
    ("detail-uses", "rowData"),
    ("detail-uses-unit", "children"),
    ("detail-uses-said", "children"),
    ("detail-pem", "children"),
    ("detail-pem-unit", "children"),
    ("detail-copy-pem", "content"),
)
"""What the page's own callback fills."""

ROLES = {"server": "served", "client": "client", "authority": "authority"}
STATUSES = {"error": "err", "warning": "warn", "note": "note"}
PLURALS = {spoken.kind: name for name, spoken in KINDS.items()}
SHOWN = 8
"""Names or hosts in one cell; further ones are counted."""

Model = Mapping[str, Any]


def read(callbacks: Callbacks, ref: Mapping[str, str]) -> dict[str, Any]:
    """The read model in the form of the detail pages. Raises NotFound and Unavailable."""
    found = callbacks.container.certificates.detail(
        callbacks.who(), ref["cluster"], ref["namespace"], ref["name"], ref["kind"]
    )
    return found | {"conditions": findings(found), "controller": ""}


def findings(found: Model) -> list[dict[str, Any]]:
    """What is wrong, as the conditions beside the page; one good one where nothing is."""
    own = KINDS[found["kind_name"]].kind
    made = [
        {
            "status": STATUSES[one.severity],
            "title": one.reason if one.ref.kind == own else f"{one.reason} on {one.ref}",
            "reason": "",
            "message": f"{one.message} {one.remedy}".strip(),
        }
        for one in found["findings"]
    ]
    return made or [
        {
            "status": "ok",
            "title": "Nothing is wrong with it",
            "reason": "",
            "message": "It is valid, its chain hangs together, and every host that it serves is "
            "in it.",
        }
    ]


def facts(found: Model, _: ClusterInfo) -> list[tuple[str, Any]]:
    """The line under the head."""
    leaf = found["chain"][0] if found["chain"] else None
    renewal = found["renewal"]
    managed = None
    if renewal:
        due = renewal["renewalTime"]
        managed = f"{renewal['issuer']}, renews {_day(due)}" if due else renewal["issuer"]
    return [
        ("Kept in", found["holder"]),
        ("Days left", _days(found)),
        ("Issuer", found["issuer"]),
        ("Key", leaf and html.Span(leaf["key"], title=f"Signed {leaf['signatureAlgorithm']}")),
        ("Serial", leaf and html.Span(leaf["serial"][:23], className="mono", title=leaf["serial"])),
        ("Key fits", "not checked, it is never read" if found["source"] == "tls" else None),
        ("cert-manager", managed),
    ]


def leaves(found: Model, cluster: str) -> tuple[Any, ...]:
    """The values of `LEAVES`."""
    chain = _chain(found)
    uses = [_use(one, cluster) for one in found["used_by"]]
    hidden = found["used_hidden"]
    others = [f"{one['kind']} {one['namespace']}/{one['name']}" for one in found["other_users"]]
    said = [f"Also {', '.join(others)}."] if others else []
    if hidden:
        said.append(f"{hidden} more in namespaces that are not visible to you.")
    pem = found["request"] if found["pending"] and found["request"] else found["pem"]
    unit = "the request to have signed" if pem and pem == found["request"] else "public part only"
    return (
        chain,
        str(len(chain)),
        found["chain_message"] or found["problem"],
        uses,
        str(len(uses)),
        " ".join(said),
        pem or "There is none.",
        unit,
        pem,
    )


def _chain(found: Model) -> list[dict[str, Any]]:
    rows = [_link(one, found["field"]) for one in found["chain"]]
    rows += [_link(one, "ca.crt") for one in found["authorities"]]
    for other in found["others"]:
        if other["field"] != "ca.crt" or not found["authorities"]:
            rows += [_link(one, other["field"]) for one in other["certificates"]]
    return rows


def _link(one: Model, field: str) -> dict[str, Any]:
    names = [*one["dnsNames"], *one["ipAddresses"], *one["uris"]]
    status, text = "ok", "Valid"
    if one["daysLeft"] < 0:
        status, text = "err", "Expired"
    elif one["weak"]:
        status, text = "warn", "Weak"
    elif one["daysLeft"] < 30:
        status, text = "warn", "Expires soon"
    kind = "self-signed" if one["selfSigned"] else "authority" if one["isAuthority"] else "server"
    return {
        "subject": one["commonName"],
        "names": _some(names) if names else [f"none, {kind}"],
        "issuer": "itself" if one["selfSigned"] else one["issuerName"],
        "key": one["key"],
        "ends": _day(one["notAfter"]),
        "days": one["daysLeft"],
        "state": {"status": status, "text": text, "message": f"SHA-256 {one['fingerprint']}"},
        "where": field,
    }


def _use(one: Model, cluster: str) -> dict[str, Any]:
    kind = PLURALS.get(one["kind"], "")
    place = f"{one['namespace']}/{one['name']}"
    hosts = [
        {
            "text": host["name"],
            "status": "ok" if host["coveredBy"] else "err",
            "note": _covered(host),
        }
        for host in one["hosts"]
    ]
    routes = [f"{it['kind']} {it['namespace']}/{it['name']}" for it in _routes(one["hosts"])]
    hidden = sum(host["hidden"] for host in one["hosts"])
    text = place if kind in ("gateways", "listenersets") else f"{one['kind']} {place}"
    return {
        "by": {"text": text, "href": href(kind, cluster, one["namespace"], one["name"])},
        "listener": f"{one['listener']}:{one['port']}" if one["listener"] else "",
        "role": ROLES[one["role"]],
        "hosts": hosts[:SHOWN] if one["role"] == "server" else [],
        "routes": [*_some(routes), *([f"{hidden} not visible to you"] if hidden else [])],
    }


def _covered(host: Model) -> str:
    if not host["coveredBy"]:
        return "not in the certificate"
    return "" if host["coveredBy"] == host["name"] else f"by {host['coveredBy']}"


def _routes(hosts: Sequence[Model]) -> list[Model]:
    found = {
        (it["kind"], it["namespace"], it["name"]): it for host in hosts for it in host["routes"]
    }
    return list(found.values())


def _some(texts: Sequence[str]) -> list[str]:
    more = len(texts) - SHOWN
    return [*texts[:SHOWN], f"and {more} more"] if more > 0 else list(texts)


def _days(found: Model) -> str:
    days = found["days"]
    if days is None:
        return "not known"
    if days < 0:
        return f"expired {-days} {'day' if days == -1 else 'days'} ago"
    return f"{days}, until {_day(found['not_after'])}"


def _day(moment: str) -> str:
    day = datetime.fromisoformat(moment)
    return f"{day.day} {day:%b %Y}"
