"""Promise: what a picker says of its pool, its requests, errors, picks and times is told as it was,
once, under either of its names; where no picker may be seen there is none, with the reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.inference.members import Membership
from services.inference.pickers import NO_PICKER, Picker, pickers
from services.inference.provider import Asked
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.recorded_picker import FOLDER
from tests.scraped import changed, otlp, put
from tests.stores import fresh_store

NOW = datetime.now(UTC).replace(second=5, microsecond=0)
WINDOW = Window.last(600, NOW)
PICKER = {"pod": "llama-pool-epp-0", "namespace": "llm", "pool": "llama-pool"}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    text = (FOLDER / "metrics.txt").read_text()
    decided = "llm_d_epp_scheduler_e2e_duration_seconds"
    more = changed(
        text,
        **{
            'llm_d_epp_request_total{fairness_id="tenant-a".*priority="0".*}': 3,
            'llm_d_epp_request_error_total{.*"ResourceExhausted",fairness_id="tenant-a".*}': 2,
            'llm_d_epp_scheduler_attempts_total{endpoint_name="llama-2".*="sql-lora"}': 3,
            f"{decided}_count": 10,
            # All of them between one and two milliseconds.
            f'{decided}_bucket{{le="(?!0.0001|0.0002|0.0005|0.001).*"}}': 10,
        },
    )
    made = fresh_store()
    began = NOW - timedelta(minutes=5)
    put(made, "gpu", otlp(text, PICKER, began, NOW - timedelta(minutes=3)))
    put(made, "gpu", otlp(more, PICKER, began, NOW - timedelta(minutes=2)))
    yield made
    made.close()


def told(store: Store, asked: Asked) -> Answer[list[Picker]]:
    return pickers(store, Membership(store, lambda _: {}), asked, WINDOW)


def test_a_picker_is_told_with_what_it_sees_and_did(store: Store) -> None:
    found = told(store, Asked(("gpu",), pool="llama-pool"))
    assert found.value is not None
    (one,) = found.value
    assert (one.cluster, one.namespace, one.pool) == ("gpu", "llm", "llama-pool")
    assert (one.ready_endpoints, one.queue_size) == (4, 3.5)
    assert (one.requests, one.errors, one.picks) == (3, {"ResourceExhausted": 2}, {"llama-2": 3})
    assert one.saturation == pytest.approx(0.583, abs=0.001)
    assert (one.decision_p50_ms, one.decision_p95_ms) == pytest.approx((1.5, 1.95))
    assert found.as_of == NOW - timedelta(minutes=2)


@pytest.mark.parametrize(
    "asked", [Asked(("web",)), Asked(("gpu",), pool="other"), Asked(("gpu",), ("shop",))]
)
def test_where_no_picker_may_be_seen_there_is_none(store: Store, asked: Asked) -> None:
    found = told(store, asked)
    assert (found.value, found.reason) == ([], NO_PICKER)
