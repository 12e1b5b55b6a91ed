"""Promise: a stretch of time is one that the store can be asked about, or is refused with the name
of its field and the rule."""

import pytest

from services.errors import Invalid
from services.telemetry.windows import LATEST, Window


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00+14:00/2026-11-24T00:00Z",
        "0001-01-01T00:00Z/0001-01-01T01:00Z",
        "1999-12-31T23:59:59Z/2000-06-01T00:00Z",
        "2099-12-31T00:00Z/2100-01-01T00:00:01Z",
        "9999-12-31T00:00Z/9999-12-31T23:59:59Z",
        "9999-12-31T22:00-05:00/9999-12-31T23:00-05:00",
    ],
)
def test_a_time_beyond_what_the_store_can_count_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Window.parse(text)
    (told,) = refused.value.details["fields"]
    assert told == {"field": "range", "rule": "must be within the years 2000 to 2100"}


def test_the_last_window_of_all_can_still_be_aligned() -> None:
    window = Window.parse("2099-12-31T00:00Z/2100-01-01T00:00Z")
    assert window.aligned(86_400) == window
    assert window.end == LATEST
