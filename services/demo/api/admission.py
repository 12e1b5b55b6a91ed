"""What happens to an object between its arrival and the store: pruning, defaults, validation."""

from services.demo.api import names, rules
from services.demo.api.calls import Call
from services.demo.api.core_checks import check
from services.demo.api.core_kinds import complete, set_defaults
from services.demo.api.incoming import check_types
from services.demo.api.schemas import Schemas, metadata
from services.demo.api.shaping import apply_defaults, drop_empty, drop_nulls, prune
from services.demo.api.statuses import Cause, Obj, bad_request, invalid
from services.demo.api.store import Store
from services.demo.api.validation import validate

MANY = 10
"""Unknown fields named in one answer."""


class Admission:
    """Admits objects to one cluster."""

    def __init__(self, store: Store, schemas: Schemas) -> None:
        self._store = store
        self._schemas = schemas

    def shape(self, call: Call, obj: Obj, *, applied: bool = False) -> None:
        """Decode, prune and default, in place. What this fills in belongs to the writer.

        What an apply leaves empty is null and stays so, to be refused by validation.
        """
        served = call.served
        node = self._schemas.of(served)
        if not served.custom:
            check_types(served, node, obj, "", served.kind)
        unknown: list[str] = []
        prune(node, obj, "", unknown)
        if unknown:
            self._report(call, unknown)
        if not served.custom:
            drop_empty(node, obj)
            set_defaults(served, obj)
        elif not applied:
            drop_nulls(node, obj)
        drop_empty(metadata(), obj["metadata"])
        apply_defaults(node, obj)

    def complete(self, call: Call, obj: Obj, live: Obj | None) -> None:
        """Fill in, in place, what the server itself decides; raise 422 with every broken rule."""
        served = call.served
        if not served.custom:
            complete(self._store, served, obj, live)
        causes: list[Cause] = []
        if live is None or call.subresource != "status":
            causes += names.check(served, obj["metadata"])
        if served.custom:
            node = self._schemas.of(served)
            wrong = validate(node, obj, "")
            causes += [*wrong, *rules.check(node, obj, live, wrong)]
        else:
            causes += check(served, obj, live)
        if causes:
            raise invalid(served.group, served.kind, obj["metadata"]["name"], causes)

    def _report(self, call: Call, unknown: list[str]) -> None:
        if call.field_validation == "Strict":
            served = call.served
            found = ", ".join(f'unknown field "{path}"' for path in unknown[:MANY])
            raise bad_request(
                f'{served.kind} in version "{served.version}" cannot be handled as a '
                f"{served.kind}: strict decoding error: {found}"
            )
        if call.field_validation == "Warn":
            call.warnings.extend(f'unknown field "{path}"' for path in unknown)
