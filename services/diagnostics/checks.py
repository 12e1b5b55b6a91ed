"""What a check of a route says: what was looked at, what was found, and what to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.gatewayapi.issue import Issue
from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.routes import Route
from services.gatewayapi.policies.standing import Standing

Status = Literal["pass", "fail", "warn", "skip"]
Overall = Literal["healthy", "degraded", "unhealthy"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``message`` is one sentence, ``evidence`` what it rests on, a sentence each,
    ``remedy`` what to do where something is wrong, ``section`` where the specification says so.
    ``link`` is the object to look at."""

    name: str
    status: Status
    message: str
    evidence: tuple[str, ...] = ()
    remedy: str = ""
    section: str = ""
    link: Ref | None = None


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """All checks of one route, from the route to its endpoints. ``in_part`` says of one that is
    unhealthy that some of its rules answer all the same."""

    route: Ref
    checks: tuple[Check, ...]
    in_part: bool = False

    @property
    def status(self) -> Overall:
        """unhealthy with a check that fails, degraded with one that warns."""
        found = {one.status for one in self.checks}
        return "unhealthy" if "fail" in found else "degraded" if "warn" in found else "healthy"


@dataclass(frozen=True, slots=True)
class Subject:
    """The route that is checked, in the model of its cluster, with the ``issues`` of it, of its
    listeners and of certificates, and the ``standing`` of policies. ``sees`` says of a namespace
    whether the person may look into it; of what stands elsewhere nothing is told."""

    model: Model
    route: Route
    parents: tuple[Parent, ...]
    issues: tuple[Issue, ...]
    standing: Standing
    sees: Callable[[str], bool]

    @property
    def taken(self) -> list[Attachment]:
        """Where it is attached, as far as that may be told."""
        return [
            one
            for parent in self.parents
            for one in parent.attachments
            if one.attached and self.sees(one.listener.owner.namespace)
        ]

    @property
    def hidden(self) -> int:
        """Parents in namespaces that may not be seen."""
        return sum(not self.sees(one.target.namespace) for one in self.parents)

    def told(self, issue: Issue) -> bool:
        """Whether nothing in the issue is outside the person's limits."""
        other = issue.counterpart
        return self.sees(issue.ref.namespace) and (other is None or self.sees(other.namespace))


_OF_SEVERITY: Mapping[str, Status] = {"error": "fail", "warning": "warn", "note": "pass"}


def judged(
    name: str,
    problems: Iterable[Issue],
    well: str,
    evidence: Iterable[str] = (),
    link: Ref | None = None,
) -> Check:
    """A check from the problems that belong to it: the worst speaks, the others are evidence; with
    none of them it passes and says ``well``."""
    found = sorted(problems, key=lambda one: ("error", "warning", "note").index(one.severity))
    if not found:
        return Check(name, "pass", well, tuple(evidence), link=link)
    first = found[0]
    status = _OF_SEVERITY[first.severity]
    more = tuple(one.message for one in found[1:])
    return Check(
        name,
        status,
        first.message,
        (*more, *evidence),
        first.remedy,
        first.section,
        first.counterpart or link,
    )
