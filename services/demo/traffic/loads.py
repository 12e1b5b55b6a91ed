"""What each pool of the seed is asked for, and what one of its pods can do."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.demo.seed.inference import ASSISTANT, LLAMA, PHI, QWEN, Pool
from services.demo.traffic.engines import Speed
from services.demo.traffic.requests import Demand


@dataclass(frozen=True, slots=True)
class Load:
    """Demand and supply of a pool. ``filtering``: its picker leaves out endpoints that are full;
    of one decision in ``traced`` it writes spans."""

    pool: Pool
    demand: Demand
    speed: Speed
    filtering: bool = False
    traced: int = 1


LOADS: Mapping[str, Load] = {
    one.pool.place: one
    for one in (
        Load(
            LLAMA,
            Demand(rate=0.8, prompt=3_200, output=300),
            Speed(places=4, capacity=24_000, prefill=18_000, per_token=0.029),
            filtering=True,
            traced=2,
        ),
        Load(
            QWEN,
            Demand(rate=0.34, prompt=2_200, output=300),
            Speed(places=8, capacity=60_000, prefill=24_000, per_token=0.017),
            traced=4,
        ),
        Load(
            PHI,
            Demand(rate=0.26, prompt=900, output=120, longest=6_000),
            Speed(places=64, capacity=120_000, prefill=30_000, per_token=0.009),
            traced=4,
        ),
        Load(
            ASSISTANT,
            Demand(rate=0.10, prompt=1_500, output=200, longest=8_000),
            Speed(places=8, capacity=40_000, prefill=9_000, per_token=0.021),
        ),
    )
}
"""By namespace/name of the pool."""
