"""What of a GatewayBundle or InferenceStack somebody may be told who may not see every namespace.

Its status has a row for each child, wherever that is; those of hidden namespaces are counted
instead. Nothing else in it speaks of them: sentences of the operator leave that to the rows.
"""

from collections.abc import Mapping
from typing import Any

from services.auth.identity import Identity

Object = Mapping[str, Any]

OPERATED = ("gatewaybundles", "inferencestacks")
"""Kinds that the operator works on."""
HIDDEN = "childrenHidden"
"""In a status that was cut: how many children are in namespaces that one may not see."""


def within(who: Identity, cluster: str, kind: str, obj: Object) -> Object:
    """The object as far as it may be told; the very same where nothing is hidden."""
    status = obj.get("status") or {}
    rows = status.get("children") or () if kind in OPERATED else ()
    seen = [one for one in rows if who.may_see(cluster, one.get("namespace") or None)]
    if len(seen) == len(rows):
        return obj
    return {**obj, "status": {**status, "children": seen, HIDDEN: len(rows) - len(seen)}}
