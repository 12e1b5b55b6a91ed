"""Checks manifests: what is wrong with them by themselves, or together with a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.changing import PLURALS, changed
from services.gatewayapi.difference import Difference, difference
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues.found import Issues
from services.gatewayapi.manifests import Manifests, Placed, Written
from services.gatewayapi.matching.answer import Answer
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.moved import Moved
from services.gatewayapi.statuses.computed import Statuses

_KEPT = ("uid", "creationTimestamp", "generation", "resourceVersion")
"""What a server keeps of an object that is applied again."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. ``issues`` are those of the manifests, and with a cluster all that applying
    them would introduce; ``difference`` is None without one."""

    manifests: Manifests
    model: Model
    issues: tuple[Placed, ...]
    difference: Difference | None

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(one.issue.severity == "error" for one in self.issues)

    def document(self) -> dict[str, Any]:
        """Everything in JSON's types."""
        found: dict[str, Any] = {
            "objects": [_object(one) for one in self.manifests.objects.values()],
            "unknown": dict(self.manifests.unknown),
            "issues": [placed_document(one) for one in self.issues],
            "statuses": _statuses(self.manifests, self.model),
        }
        if self.difference is None:
            return found
        place = self.manifests.place
        for name in ("introduced", "fixed", "unchanged"):
            several: Sequence[Issue] = getattr(self.difference, name)
            found[name] = [placed_document(_placed(one, place)) for one in several]
        movement = self.difference.movement
        found["moved"] = [moved_document(one) for one in movement.moved]
        found["requests_tried"] = movement.tried
        return found


def check(manifests: Manifests, live: Model | None = None) -> Check:
    """Judge manifests alone, or what a cluster would be with them applied."""
    place = manifests.place
    if live is None:
        model = Model.build(manifests.world)
        own = [_placed(one, place) for one in Issues(model).every()]
        return Check(manifests, model, (*manifests.issues, *own), None)
    put = [
        _applied(one, live)
        for one in manifests.objects.values()
        if live.world.knows(PLURALS.get(one.ref.kind, "configmaps"))
    ]
    model = changed(live, put)
    refs = [one.ref for one in manifests.objects.values()]
    brought = difference(live, model, refs, whole=True)
    named = set(refs)
    left = [one for one in brought.unchanged if one.ref in named]
    own = [_placed(one, place) for one in (*brought.introduced, *left)]
    return Check(manifests, model, (*manifests.issues, *own), brought)


def _applied(one: Written, live: Model) -> Object:
    """A manifest as it would be stored: what a server sets stays."""
    before = live.world.of(PLURALS.get(one.ref.kind, "")).get(one.ref.key)
    if before is None:
        return one.obj
    kept = {name: value for name, value in before["metadata"].items() if name in _KEPT}
    obj: dict[str, Any] = {**one.obj, "metadata": {**one.obj["metadata"], **kept}}
    if "status" in before:
        obj["status"] = before["status"]
    return obj


def _placed(issue: Issue, place: Any) -> Placed:
    where = place(issue.ref, issue.field)
    return Placed(issue, *where) if where else Placed(issue, "", 0)


def placed_document(one: Placed) -> dict[str, Any]:
    """An issue with its place; file and line are null for what is in no file."""
    issue = one.issue
    return {
        "severity": issue.severity,
        "kind": issue.ref.kind,
        "namespace": issue.ref.namespace,
        "name": issue.ref.name,
        "field": issue.field,
        "reason": issue.reason,
        "message": issue.message,
        "section": issue.section,
        "remedy": issue.remedy,
        "counterpart": issue.counterpart and _named(issue.counterpart),
        "file": one.file or None,
        "line": one.line or None,
    }


def moved_document(one: Moved) -> dict[str, Any]:
    """A request that goes elsewhere, with both answers in one line each."""
    request = one.example.request
    return {
        "gateway": "/".join(one.gateway),
        "method": request.method,
        "scheme": request.scheme,
        "host": request.host,
        "port": request.port,
        "path": request.path,
        "headers": dict(request.headers),
        "before": told(one.before),
        "after": told(one.after),
    }


def told(answer: Answer | None) -> str:
    """Where a request goes, in a few words."""
    if answer is None:
        return "no such gateway"
    if answer.redirect:
        return f"{answer.redirect.status} to {answer.redirect.location}"
    if answer.backends:
        return ", ".join(
            f"{one.ref}" + (f":{one.port}" if one.port else "") + _share(one.share)
            for one in answer.backends
        )
    return str(answer.status) if answer.status else answer.outcome.replace("_", " ")


def _share(share: float) -> str:
    return "" if share == 1 else f" ({share:.0%})"


def _named(ref: Ref) -> dict[str, str]:
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def _object(one: Written) -> dict[str, Any]:
    return {
        "apiVersion": one.obj["apiVersion"],
        **_named(one.ref),
        "file": one.file,
        "line": one.line,
    }


def _statuses(manifests: Manifests, model: Model) -> list[dict[str, Any]]:
    every = Statuses(model)
    found = []
    for one in manifests.objects.values():
        status: Mapping[str, Any] | None = every.of(one.ref)
        if status is not None:
            head = {"apiVersion": one.obj["apiVersion"], **_named(one.ref)}
            found.append({**head, "status": status})
    return found
