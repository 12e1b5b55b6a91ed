"""Label selectors as objects of the API write them (``metav1.LabelSelector``)."""

from collections.abc import Mapping
from typing import Any

from services.gatewayapi.model.names import Object


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector takes ``labels``; an empty one takes everything.

    One that the API does not define (an unknown operator) takes nothing.
    """
    exact = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in exact.items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or ())


def broken(selector: Object) -> str:
    """What is wrong with a LabelSelector in one phrase, "" for a good one."""
    for one in selector.get("matchExpressions") or ():
        operator, values = one.get("operator"), one.get("values") or ()
        if operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            return f'operator "{operator}" is not In, NotIn, Exists or DoesNotExist'
        if operator in ("In", "NotIn") and not values:
            return f"operator {operator} needs values"
        if operator in ("Exists", "DoesNotExist") and values:
            return f"operator {operator} takes no values"
    return ""


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
