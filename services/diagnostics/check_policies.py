"""The check of the policies that are meant for a route: which take effect, and which do not."""

from services.diagnostics.checks import Check, Subject
from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies.effective import Effective, InEffect

POLICIES = "Policies"


def policies(of: Subject) -> Check:
    """Policies on the route and its gateways. One on the route that is refused is a warning:
    requests are answered, but not as somebody meant."""
    found = [one for one in Effective(of.standing).of(of.route.ref) if _seen(of, one.policy)]
    refused = [one for one in found if one.refused and not one.inherited_from]
    others = [one for one in found if one.refused and one.inherited_from]
    told = (*(_works(one) for one in found if one.works), *map(_refused, others))
    working = tuple(dict.fromkeys(told))
    if not refused:
        count = len({one.policy for one in found if one.works})
        said = f"{count} in effect." if count else "None is in effect for it."
        return Check(POLICIES, "pass", said, working)
    first = refused[0]
    return Check(
        POLICIES,
        "warn",
        _refused(first),
        (*map(_refused, refused[1:]), *working),
        "Mend the policy, or remove it, so that what it says and what happens agree.",
        link=first.policy,
    )


def _seen(of: Subject, policy: Ref) -> bool:
    return not policy.namespace or of.sees(policy.namespace)


def _works(one: InEffect) -> str:
    where = f", inherited from {one.inherited_from}" if one.inherited_from else ""
    return f"{one.policy}{where}."


def _refused(one: InEffect) -> str:
    why = one.refused.message if one.refused else ""
    return f"{one.policy} has no effect: {why}"
