"""A request between the address of a page and the document that services take."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from callbacks.asking import Asked, gone, many
from components.simulator import GRPC
from services.auth.identity import Identity
from services.container import Container
from services.errors import Invalid
from services.gatewayapi.matching.request import Request

KEYS = ("url", "headers", "method", "sni", "port")
"""Of an address, what makes a request."""

FIELDS = {
    "path": "url",
    "scheme": "url",
    "host": "url",
    "query": "url",
    "request": "url",
    "grpc.service": "url",
    "grpc.method": "url",
    "grpc": "url",
}
"""What a service calls the inputs of the form."""

MOST = 500
"""Gateways to choose from."""


def document_of(asked: Asked) -> dict[str, Any] | None:
    """The request of an address; None where it has none."""
    url = said(asked, "url").strip()
    if not url:
        return None
    if "://" not in url and not url.startswith("/"):
        url = f"http://{url}"
    method = said(asked, "method") or "GET"
    made: dict[str, Any] = {"path": url}
    if method == GRPC:
        service, _, name = urlsplit(url).path.strip("/").partition("/")
        made["grpc"] = {"service": service, "method": name}
    else:
        made["method"] = method
    headers = [_pair(line) for line in said(asked, "headers").splitlines() if line.strip()]
    if headers:
        made["headers"] = headers
    for key in ("sni", "port"):
        if said(asked, key):
            made[key] = said(asked, key)
    return made


def address_of(request: Request) -> dict[str, str]:
    """The same in the keys of an address; one that is empty takes it out."""
    scheme = request.scheme or "http"
    authority = request.host or ("" if scheme in ("http", "https") else "any")
    url = f"{scheme}://{authority}{request.path}" if authority else request.path
    return {
        "url": url,
        "headers": "\n".join(f"{name}: {value}" for name, value in request.headers),
        "method": GRPC if request.grpc else "" if request.method == "GET" else request.method,
        "sni": request.sni or "",
        "port": str(request.port or ""),
    }


def said(asked: Asked, key: str) -> str:
    """A key of the address as one text; some of them are lists elsewhere."""
    value = asked.get(key)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")


def faults(error: Invalid) -> dict[str, str]:
    """What is wrong with a request, by the input of the form."""
    return {
        FIELDS.get(one["field"], one["field"]): f"{one['field']} {one['rule']}."
        for one in error.details.get("fields", ())
    }


def choice(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """Gateways to choose from, of the clusters that the address chooses, and the chosen one:
    ``gateways``, ``gateway`` (a value of theirs) and ``cluster``; ``unknown`` says which one of the
    address is not there, and is empty otherwise."""
    wanted = many(asked.get("cluster"))
    clusters = container.fleet.clusters(who)
    chosen = [one for one in clusters if one.name in wanted] or clusters
    offered: list[dict[str, str]] = []
    for cluster in chosen:
        places = [
            place
            for place in sorted(cluster.snapshot("gateways").objects)
            if who.may_see(cluster.name, place[0])
        ]
        if places:
            label = f"{cluster.display_name}: any gateway that takes it"
            offered.append({"value": f"{cluster.name} ", "label": label, "cluster": cluster.name})
        for space, name in places:
            offered.append(
                {
                    "value": f"{cluster.name} {space}/{name}",
                    "label": f"{cluster.display_name}: {space}/{name}",
                    "cluster": cluster.name,
                }
            )
    gateway = said(asked, "gateway")
    named = next((one for one in offered if one["value"].endswith(f" {gateway}")), None)
    unknown = gone(wanted, [one.name for one in clusters])
    if gateway and not named and not unknown:
        unknown = f"There is no Gateway {gateway} on {', '.join(one.name for one in chosen)}."
    value = named or (offered[0] if offered else {"value": "", "cluster": ""})
    return {
        "gateways": offered[:MOST],
        "gateway": value["value"],
        "cluster": value["cluster"],
        "clusters": [one.name for one in chosen],
        "unknown": unknown,
    }


def _pair(line: str) -> list[str]:
    name, _, value = line.partition(":")
    return [name.strip(), value.strip()]


def href_of(told: Mapping[str, str]) -> str:
    """The query of a page that has these keys in its address."""
    return "?" + urlencode({key: value for key, value in told.items() if value})
