"""One thing that is wrong, or worth knowing, about an object."""

from dataclasses import dataclass
from typing import Any, Literal

from services.gatewayapi.model.names import Ref

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with ``ref``.

    ``field`` is the path of the field that is at fault (``spec.rules[0].backendRefs[1].port``; ""
    for the object as a whole), ``reason`` a controller's word for it where there is one.
    ``message`` is one sentence that says what is there and what was wanted, ``section`` where the
    specification says so, ``remedy`` one sentence that says what to do. ``counterpart`` is the
    other object that has a part in it.
    """

    severity: Severity
    ref: Ref
    field: str
    reason: str
    message: str
    section: str = ""
    remedy: str = ""
    counterpart: Ref | None = None

    @property
    def key(self) -> tuple[Ref, str, str, Ref | None]:
        """Names the issue across two models; its words may differ between them."""
        return self.ref, self.field, self.reason, self.counterpart

    def document(self) -> dict[str, Any]:
        """The issue as JSON, without its counterpart, which not everybody may see."""
        return {
            "severity": self.severity,
            "kind": self.ref.kind,
            "namespace": self.ref.namespace,
            "name": self.ref.name,
            "field": self.field,
            "reason": self.reason,
            "message": self.message,
            "section": self.section,
            "remedy": self.remedy,
        }
