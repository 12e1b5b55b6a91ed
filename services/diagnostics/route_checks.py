"""Why a route does not work: the model's judgement, the controller's word, and what was logged."""

import time
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from services.auth.identity import Identity
from services.certificates.findings import findings
from services.clusters.fleet import Cluster, Fleet
from services.diagnostics import (
    check_backends,
    check_parents,
    check_policies,
    check_rules,
    check_status,
)
from services.diagnostics.check_traffic import TRAFFIC, traffic
from services.diagnostics.checks import Check, RouteCheck, Subject
from services.diagnostics.simulation import ROUTES
from services.errors import Invalid
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues import Issues
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.models import Models
from services.telemetry.scope import scope_of
from services.telemetry.store import Store

EXISTS = "Route Exists"

KEPT = 10.0
"""For how many times as long as it took what is wrong with all routes is kept."""

ORDER = (
    check_parents.PARENTS,
    check_parents.LISTENER,
    check_parents.ALLOWED,
    check_parents.HOSTNAME,
    check_parents.CONFLICT,
    check_parents.CERTIFICATE,
    check_backends.FILTERS,
    check_backends.EXIST,
    check_backends.GRANT,
    check_backends.PORT,
    check_backends.HEALTH,
    check_policies.POLICIES,
    check_rules.VALID,
    check_rules.REACHED,
    check_rules.EFFECT,
    check_status.ACCEPTED,
    check_status.RESOLVED,
    check_status.CURRENT,
    check_status.AGREES,
    TRAFFIC,
)
"""The checks after the first, in their order."""

OF_RULES = {
    check_backends.FILTERS,
    check_backends.EXIST,
    check_backends.GRANT,
    check_backends.PORT,
    check_backends.HEALTH,
    check_status.RESOLVED,
}
"""Those that may fail for one rule while others answer."""


class RouteChecks:
    """Checks routes of the fleet."""

    def __init__(self, fleet: Fleet, models: Models, store: Store) -> None:
        self._fleet = fleet
        self._models = models
        self._store = store
        self._known: WeakKeyDictionary[Cluster, Issues] = WeakKeyDictionary()
        self._poor: WeakKeyDictionary[Cluster, tuple[float, list[Issue]]] = WeakKeyDictionary()

    def check(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> RouteCheck:
        """Every check of a route. One that is not there, or may not be seen, fails the first and
        skips the others. Raises Invalid for a kind that is none of a route, and NotFound."""
        if kind not in ROUTES:
            raise Invalid.of("routeKind", f"must be one of {', '.join(ROUTES)}")
        member = self._fleet.visible(who, cluster)
        ref = Ref(kind, namespace, name)
        model = self._models.of(member)
        route = model.routes.get(ref) if who.may_see(cluster, namespace) else None
        if route is None:
            return RouteCheck(ref, (_missing(model, ref), *_skipped()))

        def sees(space: str) -> bool:
            return who.may_see(cluster, space or None)

        known = self._of(member, model)
        issues = (*known.of((ref, *_owners(model, ref))), *findings(model))
        of = Subject(model, route, model.parents(ref), issues, known.standing, sees)
        checks = tuple(self._checks(who, member, of))
        failed = {one.name for one in checks if one.status == "fail"}
        return RouteCheck(ref, checks, failed <= OF_RULES and check_backends.answers(of))

    def _checks(self, who: Identity, member: Cluster, of: Subject) -> Iterator[Check]:
        ref = of.route.ref
        yield Check(EXISTS, "pass", f"{ref} is on {member.name}.", link=ref)
        yield from check_parents.parents(of)
        yield from check_backends.backends(of)
        yield check_policies.policies(of)
        yield from check_rules.rules(of)
        yield from check_status.status(of)
        yield check_status.agrees(of)
        place = f"{ref.namespace}/{ref.name}"
        scope = scope_of(self._fleet, who, [member.name], route=place)
        yield traffic(self._store, scope, ref)

    def poor(self, who: Identity, cluster: str) -> list[tuple[Ref, Issue]]:
        """Routes of a cluster with something wrong, each with the worst of it, errors first.
        Raises NotFound."""
        member = self._fleet.visible(who, cluster)
        worst: dict[Ref, Issue] = {}
        for one in self._of_routes(member):
            other = one.counterpart
            if not who.may_see(cluster, one.ref.namespace) or (
                other and not who.may_see(cluster, other.namespace or None)
            ):
                continue
            held = worst.get(one.ref)
            if held is None or _rank(one) < _rank(held):
                worst[one.ref] = one
        return sorted(worst.items(), key=lambda item: (_rank(item[1]), item[0]))

    def _of_routes(self, member: Cluster) -> list[Issue]:
        """Errors and warnings of all routes, worst first. They are kept for a while that grows with
        what they cost, so that a large cluster that changes all the time is not judged all the
        time; the checks of one route always are those of now."""
        until, held = self._poor.get(member, (0.0, []))
        began = time.monotonic()
        if began < until:
            return held
        model = self._models.of(member)
        found = self._of(member, model).of(model.routes)
        held = [one for one in found if one.severity != "note"]
        now = time.monotonic()
        self._poor[member] = now + KEPT * (now - began), held
        return held

    def _of(self, member: Cluster, model: Model) -> Issues:
        """What is worked out once a model."""
        held = self._known.get(member)
        if held is None or held.model is not model:
            held = self._known[member] = Issues(model)
        return held

    def known(self, who: Identity, cluster: str, kind: str) -> list[str]:
        """``namespace/name`` of the routes of a kind. Raises NotFound."""
        member = self._fleet.visible(who, cluster)
        places = member.snapshot(ROUTES[kind]).objects if kind in ROUTES else ()
        return sorted(f"{space}/{name}" for space, name in places if who.may_see(cluster, space))


def _rank(one: Issue) -> int:
    return ("error", "warning", "note").index(one.severity)


def _owners(model: Model, ref: Ref) -> list[Ref]:
    """What the listeners that a route asks are written in."""
    return sorted(
        {one.listener.owner for parent in model.parents(ref) for one in parent.attachments}
    )


def _missing(model: Model, ref: Ref) -> Check:
    plural = ROUTES[ref.kind]
    if plural in model.world.absent:
        return Check(
            EXISTS,
            "fail",
            f"{ref.kind}s are not installed on this cluster.",
            remedy="Install the definition of the kind (Gateway API, experimental channel for some"
            " kinds).",
        )
    if not model.world.knows(plural):
        return Check(EXISTS, "fail", f"{ref.kind}s of this cluster have not been read.")
    return Check(
        EXISTS,
        "fail",
        f"{ref} does not exist.",
        remedy="Check namespace, name and cluster, or create the route.",
    )


def _skipped() -> Iterator[Check]:
    for name in ORDER:
        yield Check(name, "skip", "There is no route to look at.")
