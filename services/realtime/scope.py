"""What part of the fleet a listener wants to hear of, within what it may."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.auth.identity import Identity


@dataclass(frozen=True, slots=True)
class Scope:
    """Clusters and namespaces (None: all of them) and one inference pool ("": every one).

    ``pool`` is a name, or ``namespace/name`` where the name alone could be another's.
    """

    clusters: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None
    pool: str = ""

    @classmethod
    def of(cls, who: Identity, clusters: Iterable[str] = (), pool: str = "") -> "Scope":
        """What ``who`` may hear of ``clusters`` (none named: of all it may see)."""
        named = frozenset(clusters) or who.clusters
        if named is not None and who.clusters is not None:
            named &= who.clusters
        return cls(named, who.namespaces, pool)

    def covers(self, cluster: str, namespace: str, pool: str) -> bool:
        """Whether something of this pool belongs to it.

        Of what nobody knows the namespace of, only those hear who may hear of every one.
        """
        if self.clusters is not None and cluster not in self.clusters:
            return False
        if self.namespaces is not None and namespace not in self.namespaces:
            return False
        return self.pool in ("", pool, f"{namespace}/{pool}")
