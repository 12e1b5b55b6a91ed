"""Which policies take effect: the rules by which a controller refuses one, first to last.

A policy that is refused has no effect at all, not even with fields that nobody else sets. Policies
of one kind that share a target are compared oldest first, then by namespace and name; who has lost
once takes nothing from others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from services.gatewayapi.model import credentials
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies import settings
from services.gatewayapi.policies.kinds import BY_KIND, GROUPS, PLURALS, ROUTES, PolicyKind
from services.gatewayapi.policies.reading import Policy, Refusal, Target, policies
from services.kube.catalogue import GATEWAY_API

GRAPH = "nginx-gateway-fabric internal/controller/state/graph/policies.go"
AUTHENTICATION = GRAPH.replace("policies.go", "authentication_filter.go")
CONFLICTS = f"{GRAPH}, markConflictedPolicies; GEP-713, conflict resolution"
WRITTEN = {True: "mixes Gateways with routes", False: "targets several kinds"}

Place = tuple[str, str, int, str]
"""Gateway, hostname, port and path that a route answers."""


class Standing:
    """The policies of a model, each with why it is refused if it is. Immutable once made."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.policies: Mapping[Ref, Policy] = {one.ref: one for one in policies(model.world)}
        self._on: dict[Ref, list[Policy]] = defaultdict(list)
        for one in sorted(self.policies.values(), key=lambda policy: policy.age):
            for ref in dict.fromkeys(target.ref for target in one.targets):
                self._on[ref].append(one)
        for one in self.policies.values():
            one.refusals.extend(self._own(one))
        self._settle()

    def on(self, ref: Ref, kind: PolicyKind | None = None) -> list[Policy]:
        """The policies that target an object, refused ones too, in order of precedence."""
        return [one for one in self._on.get(ref, ()) if kind in (None, one.kind)]

    def gateways_of(self, route: Ref) -> tuple[Gateway, ...]:
        """NGF's gateways that take a route."""
        return tuple(one for one in self._taking(route) if one.ngf)

    def _taking(self, route: Ref) -> tuple[Gateway, ...]:
        """The gateways that take a route, of whatever controller."""
        found = {
            parent.gateway.key: self.model.gateways[parent.gateway.key]
            for parent in self.model.parents(route)
            if parent.gateway
            and parent.gateway.key in self.model.gateways
            and any(one.attached for one in parent.attachments)
        }
        return tuple(one for one in found.values() if one.controller)

    def _own(self, policy: Policy) -> Iterator[Refusal]:
        """What is wrong with a policy, whatever other policies there are."""
        kind = policy.kind
        if kind.type == "authenticationfilter":
            if wrong := credentials.filter_fault(self.model.world, policy.obj):
                source = f"{AUTHENTICATION}, validateAuthenticationFilter"
                yield Refusal(wrong.reason, wrong.message, source, field=wrong.field)
            return
        for target in policy.targets:
            group = GROUPS.get(target.ref.kind, GATEWAY_API)
            if target.ref.kind not in kind.targets or target.group not in (group, group or "core"):
                said = (
                    f"{kind.kind} may target {' or '.join(kind.targets)}, "
                    f"not {target.group or 'core'}/{target.ref.kind}."
                )
                yield Refusal("Invalid", said, kind.source, field=f"{target.field}.kind")
                return
        if kind.apart and (mixed := _mixed(policy)):
            yield Refusal("Invalid", mixed, kind.source, field="spec.targetRefs")
            return
        found = [(target, self._reached(policy, target)) for target in policy.targets]
        yield from (refusal for _, refusal in found if refusal)
        if kind.source.startswith("BackendTLSPolicy"):
            return
        answered = {target.ref for target, refusal in found if not refusal}
        if other := self._sharing(answered):
            said = (
                "Another route answers the same gateway, host, port and path as the target, and a"
                " policy cannot be set for one of both."
            )
            source = f"{GRAPH}, checkTargetRoutesForOverlap"
            yield Refusal("TargetConflict", said, source, counterpart=other)

    def _reached(self, policy: Policy, target: Target) -> Refusal | None:
        """Why one target is not reached."""
        ref, world, need = target.ref, self.model.world, policy.kind.needs
        plural = PLURALS.get(ref.kind, "")
        if ref.key not in world.of(plural):
            if not world.knows(plural):
                return None
            said = f"{ref} does not exist."
            return Refusal("TargetNotFound", said, GRAPH, target, field=f"{target.field}.name")
        if ref.kind == "Service":
            return self._lacks_port(policy, target) or self._served(policy, target)
        if ref.kind == "Gateway":
            gateway = self.model.gateways.get(ref.key)
            if gateway is None or not gateway.ngf:
                said = f"{ref} is not a gateway of NGF, and no other controller reads the policy."
                return Refusal("", said, GRAPH, target)
            if not gateway.usable:
                said = f"{ref} is not accepted."
                return Refusal("TargetNotFound", said, GRAPH, target)
            return self._lacking([gateway], need, target)
        taken = self.gateways_of(ref)
        if not taken:
            said = f"No gateway of NGF takes {ref}."
            # NGF knows every route that names one of its gateways, attached or not.
            known = any(one.ngf for one in self.model.gateways_of(ref))
            reason = "" if known else "TargetNotFound"
            return Refusal(reason, said, f"{GRAPH}, attachPolicyToRoute", target)
        return self._lacking(list(taken), need, target)

    def _lacking(self, gateways: list[Gateway], need: str, target: Target) -> Refusal | None:
        world = self.model.world
        if not need or any(settings.provides(world, one.obj, need) for one in gateways):
            return None
        wanted = "waf.enable" if need == "waf" else settings.TRACING
        said = f"The NginxProxy of the gateway does not set {wanted}, which the policy needs."
        return Refusal("NginxProxyConfigNotSet", said, f"{GRAPH}, ValidateGlobalSettings", target)

    def _lacks_port(self, policy: Policy, target: Target) -> Refusal | None:
        """A section of a Service is a port by its name; without it the policy must not attach."""
        if not policy.kind.ports or not target.section:
            return None
        if target.section in self._ports(target.ref):
            return None
        said = f"{target.ref} has no port called {target.section}."
        source = f"{policy.kind.kind}.spec.targetRefs.sectionName"
        return Refusal("TargetNotFound", said, source, target, field=f"{target.field}.sectionName")

    def _ports(self, service: Ref) -> set[str]:
        """The names of a Service's ports."""
        obj = self.model.world.of("services").get(service.key) or {}
        return {str(one.get("name")) for one in (obj.get("spec") or {}).get("ports") or ()}

    def _served(self, policy: Policy, target: Target) -> Refusal | None:
        """A Service that no attached route sends requests to has nothing to be set for.

        Policies of NGF are read by NGF alone, BackendTLSPolicies by every controller.
        """
        users = [one for one in self.model.users(target.ref) if one.kind.endswith("Route")]
        if policy.kind.kind == "BackendTLSPolicy":
            if any(self._taking(one) for one in users):
                return None
            said = f"No route that a gateway takes sends requests to {target.ref}."
            return Refusal("", said, "BackendTLSPolicy.spec.targetRefs", target)
        if any(self.gateways_of(one) for one in users):
            return None
        said = f"No route that a gateway of NGF takes sends requests to {target.ref}."
        return Refusal("", said, f"{GRAPH}, attachPolicyToService", target)

    def _by_age(self, target: Target) -> bool:
        """Whether an older policy for all of a Service has the port that another one targets, too:
        the port is there, and all that lead to it are gateways of NGF."""
        if target.section not in self._ports(target.ref):
            return False
        users = [one for one in self.model.users(target.ref) if one.kind.endswith("Route")]
        gateways = [gateway for one in users for gateway in self._taking(one)]
        return bool(gateways) and all(one.ngf for one in gateways)

    def _sharing(self, targeted: set[Ref]) -> Ref | None:
        """The first route beside the targeted ones that answers one of their places."""
        wanted = {
            place for ref in targeted if ref.kind in ROUTES for place in self._answered.get(ref, ())
        }
        others = {
            ref for place in wanted for ref in self._answering.get(place, ()) if ref not in targeted
        }
        return min(others, default=None)

    @cached_property
    def _answered(self) -> Mapping[Ref, set[Place]]:
        """What routes answer, of the gateways whose routes are targeted."""
        targeted = [ref for ref in self._on if ref.kind in ROUTES]
        gateways = {one.ref for ref in targeted for one in self.gateways_of(ref)}
        found: dict[Ref, set[Place]] = defaultdict(set)
        for gateway in gateways:
            for attachment in self.model.attached(gateway.key):
                route = self.model.routes.get(attachment.route)
                if route is None or route.ref.kind not in ROUTES:
                    continue
                paths = {
                    match.path or f"/{match.grpc_service}/{match.grpc_method}"
                    for rule in route.rules
                    for match in rule.matches
                }
                found[route.ref] |= {
                    (str(gateway), host, attachment.listener.port, path)
                    for host in attachment.hostnames
                    for path in paths
                }
        return found

    @cached_property
    def _answering(self) -> Mapping[Place, set[Ref]]:
        found: dict[Place, set[Ref]] = defaultdict(set)
        for ref, places in self._answered.items():
            for place in places:
                found[place].add(ref)
        return found

    def _settle(self) -> None:
        """Let the older of two policies that meet refuse the younger one."""
        for younger in sorted(self.policies.values(), key=lambda policy: policy.age):
            if younger.refused or younger.kind.meeting == "never":
                continue
            for target in younger.targets:
                if self._lost(younger, target):
                    break

    def _lost(self, younger: Policy, target: Target) -> bool:
        for older in self.on(target.ref, younger.kind):
            if older is younger:
                return False
            sections = {one.section for one in older.targets if one.ref == target.ref}
            meeting = target.section in sections or ("" in sections and self._by_age(target))
            if older.refused or not meeting:
                continue
            shared = _shared(older, younger)
            if shared:
                said = (
                    f"An older {younger.kind.kind} sets {', '.join(shared)} on {target.ref} too,"
                    " so this one has no effect."
                )
                refusal = Refusal(
                    "Conflicted", said, CONFLICTS, None, older.ref, shared, target.field
                )
                younger.refusals.insert(0, refusal)
                return True
        return False


def _shared(older: Policy, younger: Policy) -> tuple[str, ...]:
    """The settings over which two policies on one target refuse each other."""
    kind = younger.kind
    if kind.meeting == "always":
        both = tuple(path for path in younger.values if path in older.values)
        return both or tuple(younger.values) or ("it",)
    return tuple(
        path for path in younger.values if path in older.values and path not in kind.gathered
    )


def _mixed(policy: Policy) -> str:
    """That a policy names kinds together that must stand apart."""
    kinds = sorted({target.ref.kind for target in policy.targets})
    one_kind = policy.kind.type == "waf"
    if len(kinds) < 2 or (not one_kind and "Gateway" not in kinds):
        return ""
    return f"One {policy.kind.kind} {WRITTEN[not one_kind]}: {', '.join(kinds)}."


def kind_of(ref: Ref) -> PolicyKind | None:
    """The kind of a policy or filter; None for any other object."""
    return BY_KIND.get(ref.kind)
