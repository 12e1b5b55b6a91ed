"""What an hour of a GPU costs: one table, read from a YAML file.

    currency: USD
    date: 2026-11-01
    per_gpu_hour:
      H100: 2.65
      L40S: 0.95
    clusters:
      gpu-iad:
        H100: 2.40

Types go by any of their names (``gpu_types``); ``clusters`` has prices of its own where a cluster
pays other ones. A type that is not in the table has no price, which is not the same as none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services import yaml_text
from services.inference import gpu_types
from services.settings import BadOption, BadSettings

OPTION = "--gpu-prices"

_Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Price:
    """Of one GPU for one hour; None for ``reason``."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """The table. ``priced_on`` is the day that the prices are of, ``source`` where they stand."""

    currency: str = ""
    priced_on: str = ""
    types: Mapping[str, float] = field(default_factory=dict)
    clusters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    source: str = ""

    def of(self, gpu_type: str | None, cluster: str) -> Price:
        """What a GPU of a type costs in a cluster."""
        if not self.source:
            return Price(None, f"No prices are set; {OPTION} names a file with them.")
        if not gpu_type:
            return Price(None, "The type of its GPUs is not known.")
        name = gpu_types.normal(gpu_type).casefold()
        own = self.clusters.get(cluster, {}).get(name)
        value = self.types.get(name) if own is None else own
        if value is None:
            return Price(None, f"There is no price for {gpu_types.normal(gpu_type)} in the table.")
        return Price(value)


NONE = Prices()

OF_THE_DEMO = Prices(
    currency="USD",
    priced_on="2026-11-01",
    types={"h100": 2.65, "a100": 1.65, "l40s": 0.95, "t4": 0.35, "h100 mig 1g.10gb": 0.45},
    source="invented prices of the demo",
)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    date: date
    per_gpu_hour: dict[str, _Price]
    clusters: dict[str, dict[str, _Price]] = {}

    @model_validator(mode="after")
    def _once(self) -> "_File":
        for prices in (self.per_gpu_hour, *self.clusters.values()):
            names = [gpu_types.normal(name).casefold() for name in prices]
            twice = next((name for name in names if names.count(name) > 1), "")
            if twice:
                raise ValueError(f"the type {twice.upper()} has more than one price")
        return self


def load(path: Path | None) -> Prices:
    """The table of a file, an empty one without a file. Raises BadSettings."""
    if path is None:
        return NONE
    try:
        content = yaml_text.parse_own(path.read_bytes())
        told = _File.model_validate(content)
    except OSError as error:
        raise _bad(path, error.strerror or "unreadable") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        rule = first["msg"].removeprefix("Value error, ")
        raise _bad(path, f"{place}: {rule}" if place else rule) from error
    except ValueError as error:
        raise _bad(path, str(error)) from error
    return Prices(
        currency=told.currency,
        priced_on=told.date.isoformat(),
        types=_by_name(told.per_gpu_hour),
        clusters={name: _by_name(prices) for name, prices in told.clusters.items()},
        source=f"prices in {path.name}",
    )


def _by_name(prices: Mapping[str, float]) -> dict[str, float]:
    return {gpu_types.normal(name).casefold(): price for name, price in prices.items()}


def _bad(path: Path, rule: str) -> BadSettings:
    return BadSettings(BadOption(OPTION, str(path), rule))
