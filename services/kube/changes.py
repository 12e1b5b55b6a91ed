"""The only door through which the console changes a cluster.

Every change takes the same way: may this person (role, limits), may the console (access review), is
the object somebody else's (Argo CD, Flux, Helm), would the server take it (dry-run), what would
differ (field by field), then the call itself with field manager ``ngf-console``
(:mod:`services.kube.writes` says which and why), and an audit entry whatever the outcome.

An edit that came too late is a :class:`~services.errors.Conflict` whose details carry ``base``
(None where only its version was told), ``theirs``, ``mine`` (None for a deletion), the ``clashes``
and, when there are none, ``merged``, which can be sent as the next attempt. Whether a change was
made and could not be recorded is said as well: Unavailable with code ``unaudited``.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.configdb.audit import AuditEvent, Outcome
from services.errors import ConsoleError, Denied, Invalid, NotFound, Unavailable
from services.kube.catalogue import KINDS
from services.kube.fields import FieldChange, Object, changes
from services.kube.owners import GitOpsOwner, owner
from services.kube.permission import Reviews, Right, Verb, require_person
from services.kube.references import Dependent, dependents
from services.kube.sealed import SealedPlace
from services.kube.trim import trim
from services.kube.writes import DRY_RUN, Place
from services.operated_limits import within

__all__ = ["Applied", "Changes", "Edit", "FieldChange", "GitOpsOwner", "Plan"]

Edit = Callable[[Object], Object]
"""Makes the wanted object from the live one."""
Differing = Callable[[], tuple[FieldChange, ...]]
"""Compares what there was with what a change has made of it."""

SEEN_SECONDS = 1.0
"""How long a write waits for the cache to show it, so that the next list does."""

_log = structlog.get_logger(__name__)


class Audit(Protocol):
    """Where outcomes are recorded."""

    def record(self, event: AuditEvent) -> int:
        """Append an entry, return its id."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do. ``result`` is what the server would store; ``hidden`` counts further
    dependents that the person may not see."""

    verb: Verb
    cluster: str
    kind: str
    namespace: str
    name: str
    live: Object | None
    result: Object | None
    changes: tuple[FieldChange, ...]
    resource_version: str | None
    owner: GitOpsOwner | None
    dependents: tuple[Dependent, ...] = ()
    hidden: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change has done; ``object`` is None after a deletion, unless finalizers hold it."""

    object: Object | None
    changes: tuple[FieldChange, ...]
    audit_id: int


@dataclass(slots=True)
class _Attempt:
    """A change under way: what was asked, and what is known of it so far.

    ``held`` is what is there after a deletion that waits; on record it is deleted.
    """

    who: Identity
    verb: Verb
    cluster: str
    kind: str
    namespace: str
    name: str
    reason: str = ""
    before: Object | None = None
    after: Object | None = None
    changes: tuple[FieldChange, ...] = field(default=())
    held: Object | None = None


class Changes:
    """Plans and performs changes on the clusters of a fleet."""

    def __init__(self, fleet: Fleet, audit: Audit) -> None:
        self._fleet = fleet
        self._audit = audit
        self._reviews = Reviews()

    def refusal(
        self, who: Identity, cluster: str, kind: str, verb: Verb, namespace: str = ""
    ) -> ConsoleError | None:
        """Why a change would not be permitted, or why nobody can tell; None when it would."""
        try:
            self._place(_Attempt(who, verb, cluster, kind, namespace, ""))
        except ConsoleError as error:
            return error
        return None

    def refused(
        self,
        who: Identity,
        verb: Verb,
        cluster: str,
        kind: str,
        namespace: str,
        name: str,
        *,
        reason: str,
        error: ConsoleError,
    ) -> None:
        """Record a change that somebody asked for and that came to nothing before it came here."""
        self._record_failure(_Attempt(who, verb, cluster, kind, namespace, name, reason), error)

    def plan_create(self, who: Identity, cluster: str, kind: str, obj: Object) -> Plan:
        """What creating ``obj`` would store. Raises Denied, Invalid, Conflict, Unavailable."""
        attempt = _Attempt(who, "create", cluster, kind, *_address(obj))
        place = self._place(attempt)
        answer = place.create(obj, DRY_RUN)
        diff = changes({}, answer.body, place.visible(obj))
        return _plan(attempt, None, answer.body, diff, warnings=answer.warnings)

    def plan_update(
        self,
        who: Identity,
        cluster: str,
        kind: str,
        namespace: str,
        name: str,
        obj: Object | Edit,
        base: Object | None = None,
    ) -> Plan:
        """What the edited live object ``obj`` would become; the edit started from ``base``.

        Its own resourceVersion is the one it was read at. Raises Conflict as :meth:`update` does.
        """
        attempt = _Attempt(who, "update", cluster, kind, namespace, name)
        place = self._place(attempt)
        live = place.live()
        mine = _edited(obj, live)
        seen = str((mine.get("metadata") or {}).get("resourceVersion") or "")
        done = place.update(live, mine, base, seen, DRY_RUN)
        diff = changes(done.live, done.answer.body, done.sent)
        return _plan(attempt, done.live, done.answer.body, diff, warnings=done.answer.warnings)

    def plan_delete(
        self,
        who: Identity,
        cluster: str,
        kind: str,
        namespace: str,
        name: str,
        resource_version: str = "",
    ) -> Plan:
        """What would go, and what refers to it. Raises Conflict as :meth:`delete` does."""
        attempt = _Attempt(who, "delete", cluster, kind, namespace, name)
        place = self._place(attempt)
        live = place.live()
        place.delete(live, resource_version, dry_run=True)
        using = dependents(place.cluster.snapshot, place.resource.kind, namespace, name)
        seen = tuple(one for one in using if who.may_see(cluster, one.namespace or None))
        return replace(
            _plan(attempt, live, None, ()), dependents=seen, hidden=len(using) - len(seen)
        )

    def create(
        self,
        who: Identity,
        cluster: str,
        kind: str,
        obj: Object,
        *,
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Create ``obj``. One that claims to belong to a GitOps tool needs confirmation, too."""
        attempt = _Attempt(who, "create", cluster, kind, *_address(obj), reason)

        def act(place: Place) -> Differing:
            _require_confirmed(obj, attempt, confirm_owned)
            stored = place.create(obj).body
            attempt.name, attempt.after = stored["metadata"]["name"], trim(stored)
            return lambda: changes({}, stored, place.visible(obj))

        return self._perform(attempt, act)

    def update(
        self,
        who: Identity,
        cluster: str,
        kind: str,
        namespace: str,
        name: str,
        obj: Object | Edit,
        *,
        resource_version: str = "",
        base: Object | None = None,
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Store the edited live object ``obj`` that was read at ``resource_version``.

        Without a version, and without the ``base`` it was edited from, it counts as edited from
        what is live now. Status alone never makes a conflict where the base is known.

        Raises Conflict (see above), Invalid with code ``owned`` for an object of a GitOps tool
        unless it is confirmed and a reason given, and what the server raises.
        """
        attempt = _Attempt(who, "update", cluster, kind, namespace, name, reason)

        def act(place: Place) -> Differing:
            live = place.live()
            attempt.before = trim(copy.deepcopy(live))
            _require_confirmed(live, attempt, confirm_owned)
            done = place.update(live, _edited(obj, live), base, resource_version)
            stored = done.answer.body
            attempt.after = trim(stored)
            return lambda: changes(live, stored, done.sent)

        return self._perform(attempt, act)

    def delete(
        self,
        who: Identity,
        cluster: str,
        kind: str,
        namespace: str,
        name: str,
        *,
        resource_version: str = "",
        reason: str = "",
        confirm_owned: bool = False,
    ) -> Applied:
        """Delete the object that was seen, whatever its version where none is given.

        Raises like :meth:`update`.
        """
        attempt = _Attempt(who, "delete", cluster, kind, namespace, name, reason)

        def act(place: Place) -> Differing:
            live = place.live()
            attempt.before = trim(copy.deepcopy(live))
            _require_confirmed(live, attempt, confirm_owned)
            held = place.delete(live, resource_version)
            attempt.held = trim(held) if held else None
            return lambda: changes(live, {}, {})

        return self._perform(attempt, act)

    def _place(self, attempt: _Attempt) -> Place:
        """Where the change happens, if the kind is there and the change permitted."""
        kind = KINDS.get(attempt.kind)
        if kind is None:
            raise NotFound(f"There is no kind named {attempt.kind}.", kind=attempt.kind)
        namespace = attempt.namespace if kind.namespaced else ""
        require_person(attempt.who, attempt.cluster, kind, namespace)
        sealed = kind.name == "secrets"
        if kind.metadata_only and not sealed:
            raise Denied(f"The console does not change {kind.name}; it never sees their content.")
        cluster = self._fleet.get(attempt.cluster)
        snapshot = cluster.snapshot(kind.name)
        if snapshot.resource is None:
            if snapshot.state == "absent":
                raise NotFound(
                    snapshot.reason,
                    code="not_installed",
                    cluster=attempt.cluster,
                    kind=kind.name,
                )
            raise cluster.unavailable(snapshot.why)
        right: Right = "patch" if sealed and attempt.verb == "update" else attempt.verb
        self._reviews.require(cluster, snapshot.resource, right, namespace)
        made = SealedPlace if sealed else Place
        return made(cluster, snapshot.resource, namespace, attempt.name)

    def _perform(self, attempt: _Attempt, act: Callable[[Place], Differing]) -> Applied:
        try:
            place = self._place(attempt)
            differing = act(place)
        except Exception as error:
            self._record_failure(attempt, error)
            raise
        told = ""
        try:
            attempt.changes = differing()
        except Exception:
            _log.exception("what a change has made is not compared", **_subject(attempt))
            told = "The fields that differ are not known."
        try:
            number = self._audit.record(_event(attempt, "done", told))
        except Exception as error:
            _log.exception("a change was made and could not be recorded", **_subject(attempt))
            raise Unavailable(
                "The change was made, but the audit log could not record it.", code="unaudited"
            ) from error
        _wait_seen(place, attempt)
        return Applied(_told(attempt, attempt.after or attempt.held), attempt.changes, number)

    def _record_failure(self, attempt: _Attempt, error: Exception) -> None:
        """Record why nothing happened; trouble with the log must not hide that reason."""
        outcome: Outcome = "denied" if isinstance(error, Denied) else "failed"
        message = error.message if isinstance(error, ConsoleError) else "internal error"
        try:
            self._audit.record(_event(attempt, outcome, message))
        except Exception:
            _log.exception("a refused change could not be recorded", **_subject(attempt))


def _plan(
    attempt: _Attempt,
    live: Object | None,
    result: Object | None,
    diff: tuple[FieldChange, ...],
    warnings: tuple[str, ...] = (),
) -> Plan:
    subject = live or result or {}
    return Plan(
        verb=attempt.verb,
        cluster=attempt.cluster,
        kind=attempt.kind,
        namespace=attempt.namespace,
        name=attempt.name or subject["metadata"]["name"],
        live=_told(attempt, trim(live) if live else None),
        result=_told(attempt, trim(result) if result else None),
        changes=diff,
        resource_version=live["metadata"]["resourceVersion"] if live else None,
        owner=owner(subject),
        warnings=(*warnings, *_controllers(subject)),
    )


def _told(attempt: _Attempt, obj: Object | None) -> Object | None:
    """An object as far as who asks for the change may be told of it."""
    return obj and dict(within(attempt.who, attempt.cluster, attempt.kind, obj))


def _controllers(obj: Mapping[str, Any]) -> list[str]:
    """Owners inside the cluster that may undo an edit."""
    return [
        f"{one['kind']} {one['name']} controls this object and may undo the change."
        for one in obj["metadata"].get("ownerReferences") or ()
        if one.get("controller")
    ]


def _edited(obj: Object | Edit, live: Object) -> Object:
    return obj(trim(copy.deepcopy(live))) if callable(obj) else obj


def _require_confirmed(obj: Object, attempt: _Attempt, confirmed: bool) -> None:
    found = owner(obj)
    if found is None or (confirmed and attempt.reason.strip()):
        return
    raise Invalid(
        f"{found.tool} applies this object ({found.application}) and may undo the change:"
        " confirm it and give a reason.",
        code="owned",
        tool=found.tool,
        application=found.application,
        fields=[{"field": "reason", "rule": "is required, together with the confirmation"}],
    )


def _wait_seen(place: Place, attempt: _Attempt) -> None:
    there = attempt.after or attempt.held
    version = there["metadata"]["resourceVersion"] if there else None
    key = (place.namespace, attempt.name)
    place.cluster.cache.wait_seen(attempt.kind, key, version, SEEN_SECONDS)


def _event(attempt: _Attempt, outcome: Outcome, error: str = "") -> AuditEvent:
    return AuditEvent(
        actor=attempt.who.name,
        role=str(attempt.who.role),
        address=attempt.who.address,
        reason=attempt.reason,
        outcome=outcome,
        error=error,
        before=attempt.before,
        after=attempt.after,
        diff=[{"path": one.path, "old": one.old, "new": one.new} for one in attempt.changes],
        **_subject(attempt),
    )


def _subject(attempt: _Attempt) -> dict[str, Any]:
    return {
        name: getattr(attempt, name) for name in ("cluster", "kind", "namespace", "name", "verb")
    }


def _address(obj: Object) -> tuple[str, str]:
    """Namespace and name of an object that is about to be made."""
    metadata = obj.get("metadata") or {}
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")
