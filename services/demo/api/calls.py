"""One request to one resource, after its path, query and identity are understood."""

from dataclasses import dataclass, field

from services.demo.api.access import User
from services.demo.api.kinds import Served
from services.demo.api.store import key_of

SYSTEM = User("system:apiserver", ("system:masters",))


@dataclass(frozen=True)
class Call:
    """What to do it to, on whose behalf, and how."""

    served: Served
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    user: User = SYSTEM
    manager: str = "unknown"
    dry_run: bool = False
    force: bool = False
    field_validation: str = "Warn"
    warnings: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return key_of(self.namespace, self.name)
