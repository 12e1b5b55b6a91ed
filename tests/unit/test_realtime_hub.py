"""Promise: a slow reader costs itself messages and nobody else time, and closing wakes everyone."""

import threading

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.realtime.hub import Hub
from services.realtime.subscription import Full, Seats

ROOM = Seats(10, 10)


def test_every_subscription_gets_every_message() -> None:
    hub = Hub(ROOM)
    with hub.subscribe(CONSOLE) as one, hub.subscribe(CONSOLE) as other:
        hub.publish("changes", {"kind": "gateways"})
        assert [message.payload for message in one.take(1)] == [{"kind": "gateways"}]
        assert [message.topic for message in other.take(1)] == ["changes"]


def test_a_reader_that_falls_behind_loses_its_oldest_messages() -> None:
    hub = Hub(ROOM, queue=3)
    with hub.subscribe(CONSOLE) as slow:
        for number in range(10):
            hub.publish("changes", {"version": number})
        assert [message.payload["version"] for message in slow.take(0)] == [7, 8, 9]


def test_a_waiting_reader_wakes_with_the_first_message() -> None:
    hub = Hub(ROOM)
    got: list[int] = []
    with hub.subscribe(CONSOLE) as reader:
        thread = threading.Thread(target=lambda: got.append(len(reader.take(10))))
        thread.start()
        hub.publish("changes", {})
        thread.join(10)
    assert got == [1]


def test_closing_ends_open_and_later_streams() -> None:
    hub = Hub(ROOM)
    with hub.subscribe(CONSOLE) as reader:
        thread = threading.Thread(target=reader.take, args=(30,))
        thread.start()
        hub.close()
        thread.join(5)
        assert not thread.is_alive()
        assert reader.closed
    with hub.subscribe(CONSOLE) as late:
        assert late.closed


def test_a_full_hub_refuses_and_has_room_again_when_one_leaves() -> None:
    hub = Hub(Seats(1, 1))
    with hub.subscribe(CONSOLE), pytest.raises(Full), hub.subscribe(CONSOLE):
        pass
    with hub.subscribe(CONSOLE):
        assert len(hub) == 1
    assert len(hub) == 0


def test_one_identity_leaves_places_to_others_and_gets_its_own_back() -> None:
    hub = Hub(Seats(3, 2))
    eve, ann = Identity("eve", Role.ADMIN), Identity("ann", Role.VIEWER)
    with hub.subscribe(eve):
        with hub.subscribe(eve):
            with pytest.raises(Full, match="you have 2 sockets open"), hub.subscribe(eve):
                pass
            with hub.subscribe(ann):
                assert len(hub) == 3
        with hub.subscribe(eve):
            assert len(hub) == 2


@pytest.mark.parametrize(("threads", "all_of_them", "each"), [(512, 384, 96), (8, 6, 8)])
def test_places_are_a_part_of_the_threads(threads: int, all_of_them: int, each: int) -> None:
    seats = Seats.of(threads)
    assert (seats.limit, seats.each) == (all_of_them, each)
