"""What an object that is being written may name, and what becomes of what it names.

Reads snapshots and the model made of them. What is not known for certain is "not checked": who
edits asks about now, not about what was seen last. Where the identity may not look, the answer is
the same whether there is something or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.gatewayapi import attached, details, naming
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.models import Models

Object = Mapping[str, Any]
States = list[dict[str, str]]


@dataclass(frozen=True)
class Draft:
    """An object of ``kind`` (a plural) that is being written in ``namespace`` of a cluster,
    whatever is in it; ``opened`` is the rule that is looked at, -1 for none."""

    cluster: str
    kind: str
    namespace: str
    object: Object
    opened: int = -1


class Drafting:
    """What the editor asks about a draft."""

    def __init__(self, fleet: Fleet, models: Models) -> None:
        self._fleet = fleet
        self._models = models

    def backend_states(self, who: Identity, draft: Draft) -> States:
        """What each backend of the open rule leads to, ``{status, state}``."""
        member = self._fleet.get(draft.cluster)
        sees = partial(who.may_see, draft.cluster)
        model, route = self._drafted(member, draft)
        rules = model.routes[route].rules
        backends = rules[draft.opened].backends if 0 <= draft.opened < len(rules) else ()
        old = member.snapshot("services").state == "stale"
        return [
            details.NOT_CHECKED
            if old and sees(one.namespace)
            else details.backend_state(model, route, one, sees)
            for one in backends
        ]

    def parent_states(self, who: Identity, draft: Draft) -> States:
        """Where each parentRef of a draft attaches it, or the first rule that says no."""
        member = self._fleet.get(draft.cluster)
        model, route = self._drafted(member, draft)
        told = attached.parents(model, route, partial(who.may_see, draft.cluster))
        if member.snapshot("gateways").state != "live":
            return [details.NOT_CHECKED for _ in told]
        return [{"status": one["status"], "state": one["state"]} for one in told]

    def offers(
        self,
        who: Identity,
        cluster: str,
        namespace: str,
        parents: Sequence[Object] = (),
        backends: Sequence[Object] = (),
    ) -> dict[str, Sequence[str]]:
        """What a draft in ``namespace`` may name, by the name of the list that inputs offer, and of
        what it names already the listeners and ports."""
        member = self._fleet.get(cluster)

        def named(kind: str, spoken: str = "") -> list[str]:
            return [spoken + name for name in naming.offered(who, member, kind, namespace)]

        return {
            "gatewayclasses": named("gatewayclasses"),
            "gateways": [*named("gateways"), *named("listenersets", "ListenerSet ")],
            "services": named("services"),
            "httproutes": named("httproutes"),
            "grpcroutes": named("grpcroutes"),
            "backends": [*named("services"), *named("inferencepools", "InferencePool ")],
            "extensions": [*named("snippetsfilters"), *named("authenticationfilters")],
            "listeners": naming.listeners(who, member, parents),
            "ports": naming.ports(who, member, backends),
        }

    def _drafted(self, member: Cluster, draft: Draft) -> tuple[Model, Ref]:
        model = self._models.of(member)
        return attached.drafted(model, draft.kind, draft.namespace, draft.object)
