"""Laying settings over others, as NGF lays the NginxProxy of a Gateway over that of its class."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ngf_operator.wanting import Obj


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Obj:
    """Both, key by key; lists and plain values of ``over`` replace those of ``under``, and what is
    null there changes nothing."""
    result = deepcopy(dict(under))
    for key, value in over.items():
        below = result.get(key)
        if isinstance(value, Mapping):
            result[key] = merged(below if isinstance(below, Mapping) else {}, value)
        elif value is not None:
            result[key] = deepcopy(value)
    return result
