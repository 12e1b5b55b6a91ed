"""Who set the fields of an object, as the server notes it in its managedFields."""

from ngf_operator.names import MANAGER
from ngf_operator.wanting import Obj


def applied_by_us(live: Obj) -> bool:
    """Whether the server knows us as one who applied fields of a whole object: a copy of a child
    under another name carries our annotations, and is not ours."""
    return any(
        each.get("manager") == MANAGER and each.get("operation") == "Apply"
        for each in live["metadata"].get("managedFields") or ()
    )


def set_by_others(live: Obj) -> bool:
    """Whether anybody else set a field of the content, which is neither metadata nor status, nor
    written through a subresource such as the scale."""
    return any(
        each.get("manager") != MANAGER
        and not each.get("subresource")
        and not (each.get("fieldsV1") or {}).keys() <= {"f:metadata", "f:status"}
        for each in live["metadata"].get("managedFields") or ()
    )
