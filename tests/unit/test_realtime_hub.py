"""Promise: a slow reader costs itself messages and nobody else time, and closing wakes everyone."""

import threading

import pytest

from services.realtime.hub import Hub
from services.realtime.subscription import Full


def test_every_subscription_gets_every_message() -> None:
    hub = Hub()
    with hub.subscribe() as one, hub.subscribe() as other:
        hub.publish("changes", {"kind": "gateways"})
        assert [message.payload for message in one.take(1)] == [{"kind": "gateways"}]
        assert [message.topic for message in other.take(1)] == ["changes"]


def test_a_reader_that_falls_behind_loses_its_oldest_messages() -> None:
    hub = Hub(queue=3)
    with hub.subscribe() as slow:
        for number in range(10):
            hub.publish("changes", {"version": number})
        assert [message.payload["version"] for message in slow.take(0)] == [7, 8, 9]


def test_a_waiting_reader_wakes_with_the_first_message() -> None:
    hub = Hub()
    got: list[int] = []
    with hub.subscribe() as reader:
        thread = threading.Thread(target=lambda: got.append(len(reader.take(10))))
        thread.start()
        hub.publish("changes", {})
        thread.join(10)
    assert got == [1]


def test_closing_ends_open_and_later_streams() -> None:
    hub = Hub()
    with hub.subscribe() as reader:
        thread = threading.Thread(target=reader.take, args=(30,))
        thread.start()
        hub.close()
        thread.join(5)
        assert not thread.is_alive()
        assert reader.closed
    with hub.subscribe() as late:
        assert late.closed


def test_a_full_hub_refuses_and_has_room_again_when_one_leaves() -> None:
    hub = Hub(limit=1)
    with hub.subscribe(), pytest.raises(Full), hub.subscribe():
        pass
    with hub.subscribe():
        assert len(hub) == 1
    assert len(hub) == 0
