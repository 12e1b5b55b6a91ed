"""An identity: a name, a role, and optional limits to clusters and namespaces.

Every service function that reads or changes cluster objects takes an identity and applies the
limits itself, so that a page, a REST call and a subcommand cannot differ.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import Denied


class Role(StrEnum):
    """What a person may do, weakest first: read, change objects, manage the console."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return ("viewer", "operator", "admin").index(self.value)

    def includes(self, other: "Role") -> bool:
        return self.rank >= other.rank


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who has been authenticated.

    ``clusters`` and ``namespaces`` are limits; ``None`` means unlimited. Cluster-scoped kinds are
    readable within the cluster limit and writable only without a namespace limit.
    """

    name: str
    role: Role
    clusters: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None
    source: str = "local"
    address: str = ""

    @property
    def account(self) -> tuple[str, str]:
        """By which it is told from others where what each may have at once is counted."""
        return self.source, self.name

    def may_see_cluster(self, cluster: str) -> bool:
        return self.clusters is None or cluster in self.clusters

    def may_see(self, cluster: str, namespace: str | None = None) -> bool:
        """Whether an object in this place may be listed; ``namespace=None`` is cluster scope."""
        return self.may_see_cluster(cluster) and (
            namespace is None or self.namespaces is None or namespace in self.namespaces
        )

    def covers(self, clusters: frozenset[str] | None, namespaces: frozenset[str] | None) -> bool:
        """Whether limits are within this identity's own."""
        pairs = ((self.clusters, clusters), (self.namespaces, namespaces))
        return all(own is None or (of is not None and of <= own) for own, of in pairs)

    def require(
        self, role: Role, *, cluster: str | None = None, namespace: str | None = None
    ) -> None:
        """Raise Denied unless this identity has ``role`` in the given place."""
        if not self.role.includes(role):
            raise Denied(
                f"This needs the role {role}; {self.name} has {self.role}.",
                needed=str(role),
                role=str(self.role),
            )
        if cluster is not None and not self.may_see_cluster(cluster):
            raise Denied(f"{self.name} is not allowed on cluster {cluster}.", cluster=cluster)
        if namespace is not None and not (self.namespaces is None or namespace in self.namespaces):
            raise Denied(
                f"{self.name} is not allowed in namespace {namespace}.", namespace=namespace
            )


CONSOLE = Identity(name="ngf-console", role=Role.ADMIN, source="internal")
"""The console acting for itself (jobs, health checks); never given to a request."""
