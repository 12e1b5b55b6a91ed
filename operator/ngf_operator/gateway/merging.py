"""Laying settings over others, as NGF lays the NginxProxy of a Gateway over that of its class."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ngf_operator.wanting import Obj


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Obj:
    """Both, key by key; lists and plain values of ``over`` replace those of ``under``."""
    result = deepcopy(dict(under))
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = deepcopy(value)
    return result
