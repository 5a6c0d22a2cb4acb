"""The bus: order, bounds and what happens to the slow."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from seatrial.services.bus import Bus, Overflow


class News(int):
    """An event."""


@given(st.lists(st.integers(), max_size=50), st.integers(1, 5))
def test_every_subscriber_hears_everything_in_the_order_of_publication(events: list[int], queued_max: int) -> None:
    async def main() -> None:
        bus = Bus()
        heard: list[list[int]] = [[], []]

        async def listen(ear: list[int], slowly: bool) -> None:
            async for event in bus.subscribe(News, "ear", overflow=Overflow.WAIT, queued_max=queued_max):
                ear.append(int(event))
                if slowly:
                    await asyncio.sleep(0)
                if len(ear) == len(events):
                    return

        if not events:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(heard[0], False))
            group.create_task(listen(heard[1], True))
            await asyncio.sleep(0)
            for event in events:
                await bus.publish(News(event))
        assert heard == [events, events]

    asyncio.run(main())


def test_concurrent_publishers_are_heard_in_one_order_by_all() -> None:
    async def main() -> None:
        bus = Bus()
        ears = [bus.subscribe(News, str(size), overflow=Overflow.WAIT, queued_max=size) for size in (1, 50)]
        async with asyncio.TaskGroup() as group:
            for event in range(20):
                group.create_task(bus.publish(News(event)))
            heard = [[int(await anext(ear)) for _ in range(20)] for ear in ears]
        assert heard[0] == heard[1]

    asyncio.run(main())


def test_a_queue_that_drops_keeps_the_newest_and_counts_what_it_lost() -> None:
    async def main() -> None:
        bus = Bus()
        ear = bus.subscribe(News, "slow", overflow=Overflow.DROP_OLDEST, queued_max=2)
        for event in range(5):
            await bus.publish(News(event))
        assert ear.dropped == 3
        assert [await anext(ear), await anext(ear)] == [3, 4]

    asyncio.run(main())


def test_a_subscriber_that_is_cut_off_hears_what_was_queued_and_then_the_end() -> None:
    async def main() -> None:
        bus = Bus()
        ear = bus.subscribe(News, "slow", overflow=Overflow.CUT_OFF, queued_max=2)
        for event in range(5):
            await bus.publish(News(event))
        assert [int(event) async for event in ear] == [0, 1]

    asyncio.run(main())


def test_a_subscriber_that_leaves_lets_a_waiting_publisher_go_on() -> None:
    async def main() -> None:
        bus = Bus()
        ear = bus.subscribe(News, "slow", overflow=Overflow.WAIT, queued_max=1)
        await bus.publish(News(1))
        publishing = asyncio.create_task(bus.publish(News(2)))
        await asyncio.sleep(0)
        assert not publishing.done()
        ear.close()
        await publishing

    asyncio.run(main())
