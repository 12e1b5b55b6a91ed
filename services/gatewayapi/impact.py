"""What a change would do to traffic, told before it is made: by the model, beside the dry-run.

A form, a deletion and a REST call ask the same: the objects that would be put and removed, against
the model of the cluster now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.configdb.saved_requests import SavedRequest, SavedRequests
from services.errors import Invalid
from services.gatewayapi.changing import PLURALS, changed
from services.gatewayapi.difference import difference
from services.gatewayapi.issue import Issue
from services.gatewayapi.matching.answer import Answer
from services.gatewayapi.matching.request import Request, parse
from services.gatewayapi.matching.simulate import outcome
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.reading import READ
from services.gatewayapi.models import Models
from services.gatewayapi.moved import way
from services.gatewayapi.statuses.conditions import generation
from services.kube.catalogue import KINDS
from services.kube.changes import Plan
from services.kube.sealed import KEY


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A request that would go elsewhere; None where there is or would be no such gateway. ``name``
    is the one under which it is saved, "" for an example of a route."""

    name: str
    gateway: Key
    request: Request
    before: Answer | None
    after: Answer | None

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        asked = self.request
        return {
            "name": self.name,
            "gateway": {"namespace": self.gateway[0], "name": self.gateway[1]},
            "request": {
                "method": asked.method,
                "scheme": asked.scheme,
                "host": asked.host,
                "port": asked.port,
                "path": asked.path,
                "headers": [{"name": name, "value": value} for name, value in asked.headers],
            },
            "before": _short(self.before),
            "after": _short(self.after),
        }


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change brings.

    Issues and requests are those that the person may see; ``hidden`` counts the others. ``left``
    are issues of what the change touches that stay. Of examples ``tried`` were tried, and
    ``whole`` says whether those were all. ``unread`` are kinds of which nothing is known, so that
    the answer may lack something. ``concerned`` is whether the model knows the kind at all.
    """

    introduced: tuple[Issue, ...] = ()
    fixed: tuple[Issue, ...] = ()
    left: tuple[Issue, ...] = ()
    moved: tuple[Rerouted, ...] = ()
    saved: tuple[Rerouted, ...] = ()
    tried: int = 0
    whole: bool = True
    hidden: int = 0
    unread: tuple[str, ...] = ()
    concerned: bool = True

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "introduced": [one.document() for one in self.introduced],
            "fixed": [one.document() for one in self.fixed],
            "unchanged": [one.document() for one in self.left],
            "moved": [one.document() for one in self.moved],
            "savedRequests": [one.document() for one in self.saved],
            "tried": self.tried,
            "complete": self.whole,
            "hidden": self.hidden,
            "unread": list(self.unread),
        }


class Impacts:
    """Answers for every cluster of a fleet; nothing is asked of a cluster."""

    def __init__(self, fleet: Fleet, models: Models, saved: SavedRequests) -> None:
        self._fleet, self._models, self._saved = fleet, models, saved

    def of_plan(self, who: Identity, plan: Plan) -> Impact:
        """Of what a dry-run says that the server would store or remove."""
        if plan.verb == "delete":
            ref = Ref(KINDS[plan.kind].kind, plan.namespace, plan.name)
            return self.of(who, plan.cluster, removed=[ref])
        return self.of(who, plan.cluster, put=[_keyless(plan.result)] if plan.result else [])

    def of(
        self,
        who: Identity,
        cluster: str,
        put: Iterable[Object] = (),
        removed: Iterable[Ref] = (),
    ) -> Impact:
        """Of objects that would be put and others that would be removed.

        Raises NotFound for a cluster that there is not.
        """
        put, removed = list(put), list(removed)
        refs = [*map(_ref, put), *removed]
        if not any(ref.kind in _KNOWN for ref in refs):
            return Impact(concerned=False)
        before = self._models.of(self._fleet.get(cluster))
        after = changed(before, [_looked_at(before, one) for one in put], removed)
        found = difference(before, after, refs)
        seen = _Seen(who, cluster)
        moved = [
            Rerouted("", one.gateway, one.example.request, one.before, one.after)
            for one in found.movement.moved
        ]
        return Impact(
            tuple(filter(seen.issue, found.introduced)),
            tuple(filter(seen.issue, found.fixed)),
            tuple(filter(seen.issue, found.unchanged)),
            tuple(filter(seen.rerouted, moved)),
            tuple(filter(seen.rerouted, self._rerun(who, cluster, before, after))),
            found.movement.tried,
            found.movement.whole,
            seen.hidden,
            tuple(sorted(before.world.unread & _DECIDING)),
        )

    def _rerun(
        self, who: Identity, cluster: str, before: Model, after: Model
    ) -> Iterable[Rerouted]:
        """The saved requests that go elsewhere."""
        for one in self._saved.list(who, cluster):
            rerouted = _rerouted(one, before, after)
            if rerouted and way(rerouted.before) != way(rerouted.after):
                yield rerouted


class _Seen:
    """What one person may see of a cluster; counts what not."""

    def __init__(self, who: Identity, cluster: str) -> None:
        self._who, self._cluster = who, cluster
        self.hidden = 0

    def issue(self, issue: Issue) -> bool:
        """Whether an issue may be told."""
        return self._all(ref for ref in (issue.ref, issue.counterpart) if ref)

    def rerouted(self, one: Rerouted) -> bool:
        """Whether it may be told where a request goes."""
        refs = [Ref("Gateway", *one.gateway)]
        for answer in (one.before, one.after):
            if answer:
                refs += [share.ref for share in (*answer.backends, *answer.unavailable)]
                refs += [answer.route] if answer.route else []
        return self._all(refs)

    def _all(self, refs: Iterable[Ref]) -> bool:
        visible = all(self._who.may_see(self._cluster, ref.namespace or None) for ref in refs)
        self.hidden += not visible
        return visible


_KNOWN = frozenset(KINDS[name].kind for name in READ)
_DECIDING = frozenset(
    {"gatewayclasses", "gateways", "listenersets", "httproutes", "services", "referencegrants"}
)
"""Kinds without which an answer is not whole."""


def _keyless(obj: Object) -> Object:
    """An object as the watch would bring it: without a private key, or what a plan shows for it."""
    data = obj.get("data")
    if obj.get("kind") != "Secret" or not isinstance(data, dict):
        return obj
    return {**obj, "data": {name: one for name, one in data.items() if name != KEY}}


def _looked_at(model: Model, obj: Object) -> Object:
    """An object of the generation that is live: that nobody has looked yet at a change that is not
    made is no issue of it."""
    ref = _ref(obj)
    live = model.world.of(PLURALS[ref.kind]).get(ref.key) if ref.kind in PLURALS else None
    if live is None:
        return obj
    return {**obj, "metadata": {**obj["metadata"], "generation": generation(live)}}


def _ref(obj: Object) -> Ref:
    metadata = obj["metadata"]
    return Ref(str(obj.get("kind", "")), metadata.get("namespace") or "", metadata["name"])


def _rerouted(saved: SavedRequest, before: Model, after: Model) -> Rerouted | None:
    try:
        request = parse(saved.request)
    except Invalid:
        return None
    gateway = saved.namespace, saved.gateway
    was, now = (
        outcome(model, gateway, request) if gateway in model.gateways else None
        for model in (before, after)
    )
    return Rerouted(saved.name, gateway, request, was, now)


def _short(answer: Answer | None) -> dict[str, Any] | None:
    """Where a request goes, without the reasons."""
    if answer is None:
        return None
    told = answer.document()
    names = ("outcome", "status", "route", "rule", "backends", "redirect")
    return {name: told[name] for name in names}
