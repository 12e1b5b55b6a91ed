"""What people type about a cluster, as the services take it; and what is wrong, at its input."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.clusters.prometheus import Prometheus
from services.errors import Conflict, Invalid

FIELDS = {
    "name": "name",
    "displayName": "display-name",
    "region": "region",
    "environment": "environment",
    "labels": "labels",
    "ngfEdition": "edition",
    "heartbeatIntervalSeconds": "interval",
    "otelEndpoint": "otel",
    "prometheus.url": "prometheus-url",
}
"""Fields of the services and the inputs they are typed into."""


def labels(text: str | None) -> dict[str, str]:
    """``team=web, tier=1`` as a mapping. Raises Invalid for a part without a key and ``=``."""
    found = {}
    for part in (text or "").replace("\n", ",").split(","):
        if not part.strip():
            continue
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise Invalid.of("labels", f"{part.strip()!r} is no key=value")
        found[key.strip()] = value.strip()
    return found


def interval(text: Any) -> int | None:
    """Seconds, None where nothing was typed. Raises Invalid."""
    typed = str(text or "").strip()
    if not typed:
        return None
    if not typed.isdecimal():
        raise Invalid.of("heartbeatIntervalSeconds", "must be a number of seconds")
    return int(typed)


def prometheus(url: str | None, user: str | None, password: str | None) -> Prometheus | None:
    """Where it is, None where no URL was typed. Raises Invalid for a user without one, and for an
    address that the console does not call."""
    if not (url or "").strip():
        if user or password:
            raise Invalid.of("prometheus.url", "is needed with a user or a password")
        return None
    return Prometheus((url or "").strip(), (user or "").strip(), password or "")


def faults(error: Invalid | Conflict, inputs: Sequence[str]) -> dict[str, str]:
    """What is wrong by input, for the ``inputs`` of a form. What has no input of its own there
    belongs to the kubeconfig, which names its fields itself.

    Raises the error when it is about none of them.
    """
    found: dict[str, list[str]] = {}
    for one in error.details.get("fields") or ():
        name, rule = str(one["field"]), str(one.get("rule") or error.message)
        key = FIELDS.get(name) or ("labels" if name.startswith("labels.") else "kubeconfig")
        inside = "" if name in (key, *FIELDS) else f"{name.removeprefix('labels.')}: "
        found.setdefault(key, []).append(f"{inside}{rule}".rstrip(".") + ".")
    if not found or not found.keys() <= set(inputs):
        raise error
    return {key: " ".join(said) for key, said in found.items()}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody has changed in a form since it was filled."""
    return {key: value for key, value in now.items() if (value or "") != (before.get(key) or "")}
