"""What happens to an object between its arrival and the store: defaults, pruning, validation."""

from services.demo.api.calls import Call
from services.demo.api.core_kinds import prepare
from services.demo.api.statuses import Obj
from services.demo.api.store import Store


class Admission:
    """Admits objects to one cluster."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, call: Call, obj: Obj, live: Obj | None) -> Obj:
        """The object as it will be stored; raises 422 with every rule it breaks."""
        if call.served.custom:
            return obj
        return prepare(self._store, call.served, obj, live)
