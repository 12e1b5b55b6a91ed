"""Why something is not so: a rule of the specification that says no, in a controller's words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that is broken.

    ``condition`` is the type of the condition that a conformant controller shows it under
    (``Accepted``, ``ResolvedRefs``, ``Conflicted``, ``Programmed``), ``reason`` that condition's
    reason, verbatim. ``message`` is one sentence that names what is there and what was wanted,
    ``section`` where the specification says so (``HTTPRoute.spec.hostnames``), ``field`` the path
    of the field in the object that has the fault (``spec.rules[0].backendRefs[1].port``).
    """

    condition: str
    reason: str
    message: str
    section: str
    field: str = ""
