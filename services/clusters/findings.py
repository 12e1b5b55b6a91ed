"""What a live test of a cluster finds, one thing after the other, before anything depends on it.

Nothing is written and nothing is kept. A later question is asked only where the earlier ones leave
it a sense: without an answer of the API the rest is not known, which is said and not guessed.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.ngf import CONTROL_PLANE_SELECTOR, GATEWAY_LABEL, detect
from services.clusters.prometheus import Prometheus
from services.errors import ConsoleError, Denied, NotFound
from services.kube.breaker import Breaker
from services.kube.catalogue import GATEWAY_API, KINDS
from services.kube.client import KubeClient
from services.kube.connection import Connection

Status = Literal["ok", "warn", "err", "unknown"]
Found = tuple[Status, str] | tuple[Status, str, str | None]
"""A status and a sentence, and of what has one its version."""

OLDEST = (1, 28)
"""The oldest Kubernetes that Gateway API v1 is made for, as major and minor."""

READ = ("gatewayclasses", "gateways", "httproutes", "services", "pods", "nodes", "namespaces")
WRITTEN = ("gateways", "httproutes")
ANSWER_SECONDS = 5.0
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``seconds`` is how long its answer took, where one came, and
    ``version`` what was found to run."""

    name: str
    status: Status
    text: str
    seconds: float | None = None
    version: str | None = None


def examine(
    connection: Connection, prometheus: Prometheus | None, breaker: Breaker | None = None
) -> list[Finding]:
    """API, version, permissions, NGF, Gateway API and Prometheus, in this order.

    What is asked of a cluster that is registered counts for its ``breaker``.
    """
    return list(_examine(KubeClient(connection, breaker, ANSWER_SECONDS), prometheus))


def _examine(client: KubeClient, prometheus: Prometheus | None) -> Iterator[Finding]:
    began = time.monotonic()
    try:
        version = client.version()
    except ConsoleError as error:
        yield Finding("API", "err", error.message)
        for name in ("Version", "Permissions", "NGF", "Gateway API"):
            yield Finding(name, "unknown", "Not asked: the API gives no answer.")
    else:
        seconds = time.monotonic() - began
        yield Finding("API", "ok", f"{client.host} answers in {seconds * 1000:.0f} ms.", seconds)
        yield _version(version)
        yield _asked("Permissions", _permissions, client)
        yield _asked("NGF", _ngf, client)
        yield _asked("Gateway API", _gateway_api, client)
    yield _prometheus(prometheus)


def _asked(name: str, ask: Callable[[KubeClient], Found], client: KubeClient) -> Finding:
    began = time.monotonic()
    try:
        status, text, *version = ask(client)
    except ConsoleError as error:
        return Finding(name, "err", error.message)
    return Finding(name, status, text, time.monotonic() - began, *version)


def _version(version: Mapping[str, Any]) -> Finding:
    said = str(version.get("gitVersion", ""))
    digits = [str(version.get(part, "")).rstrip("+") for part in ("major", "minor")]
    if not all(part.isdecimal() for part in digits):
        return Finding("Version", "unknown", f"The version {said!r} cannot be read.")
    if (int(digits[0]), int(digits[1])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        text = f"Kubernetes {said} is older than {oldest}."
        return Finding("Version", "warn", text, version=said)
    return Finding("Version", "ok", f"Kubernetes {said}.", version=said)


def _permissions(client: KubeClient) -> Found:
    unread = [kind for kind in READ if not _may(client, kind, "list")]
    unwatched = [kind for kind in READ if kind not in unread and not _may(client, kind, "watch")]
    if unread or unwatched:
        wanting = [f"list {', '.join(unread)}" if unread else ""]
        wanting.append(f"watch {', '.join(unwatched)}" if unwatched else "")
        return "err", f"The account may not {' and not '.join(filter(None, wanting))}."
    unwritten = [kind for kind in WRITTEN if not _may(client, kind, "update")]
    if unwritten:
        return "warn", f"The account may read, but not change {' and '.join(unwritten)}."
    return "ok", "The account may read what the console shows and change gateways and routes."


def _may(client: KubeClient, kind: str, verb: str) -> bool:
    attributes = {"group": KINDS[kind].group, "resource": kind, "verb": verb}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = client.request("POST", _REVIEW, body=body)
    return bool((answer.get("status") or {}).get("allowed"))


def _ngf(client: KubeClient) -> Found:
    found = detect(
        _items(client, "/apis/apps/v1/deployments", CONTROL_PLANE_SELECTOR),
        _items(client, "/api/v1/pods", GATEWAY_LABEL),
        _items(client, f"/apis/{GATEWAY_API}/v1/gatewayclasses", ""),
    )
    if not found.detected:
        return ("warn" if found.detected is False else "unknown"), found.evidence
    edition = {"oss": " OSS", "enterprise": " Plus"}.get(found.edition, "")
    said = f"NGF {found.version or 'of unknown version'}{edition}. {found.evidence}"
    return "ok", said, found.version


def _items(client: KubeClient, path: str, selector: str) -> list[dict[str, Any]] | None:
    """The objects of a collection, None where they may not be read."""
    params = {"limit": "100", **({"labelSelector": selector} if selector else {})}
    try:
        items: list[dict[str, Any]] = client.get(path, params).get("items") or []
    except Denied:
        return None
    except NotFound:
        return []
    return items


def _gateway_api(client: KubeClient) -> Found:
    try:
        group = client.get(f"/apis/{GATEWAY_API}")
    except NotFound:
        return "warn", "The definitions of the Gateway API are not installed."
    versions = [str(one.get("version")) for one in group.get("versions") or ()]
    if "v1" not in versions:
        return "warn", f"It serves {', '.join(versions)}; the console wants v1."
    served = {one["name"] for one in client.get(f"/apis/{GATEWAY_API}/v1").get("resources") or ()}
    named = [
        KINDS[kind].kind for kind in ("gateways", "httproutes", "grpcroutes") if kind in served
    ]
    return "ok", f"{GATEWAY_API}/v1 with {', '.join(named)}."


def _prometheus(prometheus: Prometheus | None) -> Finding:
    if prometheus is None:
        return Finding("Prometheus", "unknown", "None is given.")
    began = time.monotonic()
    problem = prometheus.problem()
    if problem:
        return Finding("Prometheus", "err", problem)
    return Finding("Prometheus", "ok", "It answers queries.", time.monotonic() - began)
