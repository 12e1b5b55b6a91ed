"""Quantities as Kubernetes writes them ("8", "2k", "4Gi", "1e3", "37500m").

The grammar is that of ``Quantity`` in the API conventions; as there, a fraction counts as the next
whole number where whole ones are wanted.
"""

import re
from decimal import ROUND_CEILING, Decimal

_WRITTEN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)")
_FACTORS = {
    **{unit: Decimal(1000) ** power for power, unit in enumerate("num", start=-3)},
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
    "": Decimal(1),
}


def whole(quantity: str | int) -> int:
    """A quantity as an integer. Raises ValueError when it is none."""
    return int(exact(quantity).to_integral_value(ROUND_CEILING))


def exact(quantity: str | int) -> Decimal:
    """A quantity as it is meant, fractions and all. Raises ValueError when it is none."""
    found = _WRITTEN.fullmatch(str(quantity))
    if found is None:
        raise ValueError(f"{quantity!r} is no quantity")
    number, unit = Decimal(found[1]), found[2]
    factor = _FACTORS.get(unit)
    return number * factor if factor is not None else number.scaleb(int(unit[1:]))
