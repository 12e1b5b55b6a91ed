"""Numbers as charts and key figures write them: three digits, SI closed up, a space before units.

Tables use thousands commas and every digit instead.
"""

import math
from collections.abc import Sequence

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)


def short(value: float) -> str:
    """Three digits and an SI prefix.

    >>> [short(value) for value in (0, 0.1428, 42, 999.7, 2412, 11_670, 31_600_000)]
    ['0', '0.143', '42', '1k', '2.41k', '11.7k', '31.6M']
    """
    rounded = _three(value)
    for size, prefix in _PREFIXES:
        if abs(rounded) >= size:
            return f"{_plain(_three(rounded / size))}{prefix}"
    return _plain(rounded)


def amount(value: float, unit: str = "") -> str:
    """A number with its unit.

    >>> amount(412.4, "ms"), amount(0.1428, "%"), amount(2412)
    ('412 ms', '0.143%', '2.41k')
    """
    return f"{short(value)}{'' if unit == '%' or not unit else ' '}{unit}"


def duration(ms: float) -> tuple[str, str]:
    """Milliseconds as a number and the unit that suits it.

    >>> duration(0.42), duration(184.2), duration(2310), duration(95_000)
    (('0.42', 'ms'), ('184', 'ms'), ('2,310', 'ms'), ('95', 's'))
    """
    if ms >= 10_000:
        return short(ms / 1000), "s"
    return (f"{ms:,.0f}" if ms >= 100 else _plain(_three(ms))), "ms"


def ticks(highest: float) -> list[float]:
    """Four or five marks of an axis from 0 that reaches ``highest``.

    >>> ticks(6.7), ticks(0.68), ticks(0)
    ([0.0, 2.0, 4.0, 6.0, 8.0], [0.0, 0.2, 0.4, 0.6, 0.8], [0.0, 1.0])
    """
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(highest / 4))
    made = (
        [_clean(number * step * size) for number in range(math.ceil(highest / (step * size)) + 1)]
        for step in _STEPS
    )
    return next(marks for marks in made if len(marks) <= 5)


def labels(marks: Sequence[float], unit: str = "") -> list[str]:
    """What stands at the marks of an axis; of units only the per cent sign does."""
    return [f"{short(mark)}{'%' if unit == '%' else ''}" for mark in marks]


def _three(value: float) -> float:
    return float(f"{value:.3g}")


def _plain(value: float) -> str:
    text = f"{value:.6f}" if abs(value) < 1e6 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clean(value: float) -> float:
    return float(f"{value:.10g}")
