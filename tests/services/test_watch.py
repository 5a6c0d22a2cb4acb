"""watch: sees what does not fit, believes it only when it stays, and can only say halt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import httpx
from hypothesis import given
from hypothesis import strategies as st
from tests.services.scripted_venue import AAPL, PAPER, ScriptedVenue
from tests.services.tape_venue import who
from tests.services.test_orchestrator import Line
from tests.services.trading_desk import SHARE, Desk, on_a_morning, open_desk

from seatrial.domain.ids import ClientOrderId, VenueOrderId
from seatrial.domain.orders import OrderStatus, OrderType, Side
from seatrial.domain.time import MINUTE_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.observability import observability_doors
from seatrial.services.api.watch import watch_doors
from seatrial.services.health import Health
from seatrial.services.observability.role import RoleDoor, build_observability
from seatrial.services.watch import Watch, build_watch
from seatrial.services.watch_breaks import Break, PlatformView, Streaks, VenueView, compare
from seatrial.venues.port import VenueBalances, VenueClock, VenueOrder

NOTHING = frozenset[str]()


def platform(
    shares: int = 0, *, working: frozenset[str] = NOTHING, known: frozenset[str] = NOTHING, price_ns: int | None = None
) -> PlatformView:
    prices = None if price_ns is None else {AAPL.symbol: price_ns}
    return PlatformView({AAPL.symbol: Decimal(shares)}, working, known | working, prices)


def venue(shares: int = 0, *orders: str, now_ns: int = 0, is_open: bool = True) -> VenueView:
    listed = [
        VenueOrder(
            client_order_id=ClientOrderId(name),
            venue_order_id=VenueOrderId(name),
            symbol=AAPL.symbol,
            side=Side.BUY,
            type=OrderType.LIMIT,
            qty_units=SHARE,
            filled_units=0,
            status=OrderStatus.WORKING,
            updated_ns=0,
        )
        for name in orders
    ]
    balances = VenueBalances("ref", {}, {AAPL.symbol: shares * SHARE}, now_ns)
    return VenueView(balances, listed, VenueClock(now_ns, is_open, 0, 0))


def judged(before: PlatformView, theirs: VenueView, after: PlatformView) -> list[str]:
    found = compare(PAPER, {AAPL.symbol: AAPL}, before, theirs, after, stale_after_ns=5 * MINUTE_NS)
    return [each.key for each in found]


def test_views_that_agree_have_no_breaks() -> None:
    same = platform(5, working=frozenset({"A"}))
    assert judged(same, venue(5, "A"), same) == []


def test_a_position_that_differs_and_stands_still_is_a_break_and_one_that_moves_is_not() -> None:
    assert judged(platform(5), venue(7), platform(5)) == ["position paper AAPL"]
    assert judged(platform(5), venue(7), platform(7)) == []


def test_orders_that_only_one_side_knows_are_breaks() -> None:
    mine = platform(working=frozenset({"MINE"}))
    assert judged(mine, venue(0, "THEIRS"), mine) == ["stranger THEIRS", "ghost MINE"]


def test_an_order_that_ended_or_began_while_looking_is_no_break() -> None:
    assert judged(platform(working=frozenset({"A"})), venue(), platform(known=frozenset({"A"}))) == []
    assert judged(platform(), venue(0, "A"), platform(working=frozenset({"A"}))) == []


def test_old_prices_are_a_break_only_while_the_market_is_open() -> None:
    old = platform(price_ns=1)
    assert judged(old, venue(now_ns=10 * MINUTE_NS), old) == ["stale paper"]
    assert judged(old, venue(now_ns=10 * MINUTE_NS, is_open=False), old) == []


@given(st.lists(st.sets(st.sampled_from(["a", "b"])), max_size=30), st.integers(1, 4))
def test_a_halt_is_called_for_exactly_when_a_break_was_seen_often_enough_in_a_row(
    rounds: list[set[str]], needed: int
) -> None:
    streaks = Streaks(needed)
    row: dict[str, int] = {}
    for keys in rounds:
        row = {key: row.get(key, 0) + 1 for key in keys}
        due = streaks.count([Break(key, key) for key in sorted(keys)])
        assert [each.key for each in due] == [key for key in sorted(keys) if row[key] == needed]
        streaks.halted_for(due)


# ------------------------------------------------ over the real doors of execution


class Post:
    """watch beside a real execution desk, each with its own connection to one venue."""

    def __init__(self, loop: VirtualLoop, desk: Desk) -> None:
        clock = VirtualClock(loop)
        health = Health(who("execution"), clock, [])
        self.desk = desk
        self.venue: ScriptedVenue = desk.venue
        self.line = Line(execution_doors(desk.service, health, settings=dict, new_request_id=lambda: "id"))
        self.client = httpx.AsyncClient(transport=self.line, base_url="http://execution")
        self.role: Watch = build_watch(
            identity=who("watch"),
            clock=clock,
            execution=self.client,
            market_data=None,
            venues=[self.venue],
            instruments={PAPER: [AAPL]},
        )
        self.doors = watch_doors(self.role, new_request_id=lambda: "id")

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.doors), base_url="http://door") as client:
            return await client.get(path)

    async def rounds(self, count: int) -> None:
        for _ in range(count):
            await self.role.look()

    @property
    def halted(self) -> str | None:
        return self.desk.service.engine.latched


def posted(tmp_path: Path, script: Callable[[Post], Awaitable[None]]) -> None:
    async def main(loop: VirtualLoop) -> None:
        async with open_desk(loop, tmp_path) as desk:
            post = Post(loop, desk)
            await script(post)
            await post.role.close()
            await post.client.aclose()

    on_a_morning(main)


def test_a_platform_that_trades_and_fits_is_left_alone(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        order = await post.desk.buy(10)
        await asyncio.sleep(1)
        await post.rounds(2)
        post.venue.fill(order.client_order_id, 10 * SHARE, 1_000_000)
        await asyncio.sleep(1)
        await post.rounds(5)
        assert post.halted is None
        assert (await post.get("/health")).json()["status"] == "healthy"

    posted(tmp_path, script)


def test_a_position_that_stays_wrong_halts_the_platform_after_three_looks(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        post.venue.held[AAPL.symbol] = 7 * SHARE
        await post.rounds(2)
        assert post.halted is None
        assert (await post.get("/health")).json()["status"] == "degraded"
        await post.rounds(1)
        assert post.halted == "watch: paper AAPL: the venue holds 7, the platform 0"
        assert (await post.get("/health")).status_code == 503
        assert (await post.get("/api/v1/breaks")).json()["breaks"][0]["times"] == 3
        await post.rounds(3)
        assert len(post.role.halts) == 1

    posted(tmp_path, script)


def test_one_glitch_never_halts(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        for _ in range(4):
            post.venue.held[AAPL.symbol] = 7 * SHARE
            await post.rounds(2)
            post.venue.held[AAPL.symbol] = 0
            await post.rounds(1)
        assert post.halted is None

    posted(tmp_path, script)


def test_a_platform_that_hangs_is_told_to_halt_as_soon_as_it_can_hear_it(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        post.line.trouble = ["hangs"] * 3
        await post.rounds(3)
        assert str(post.halted).startswith("watch: /health: no answer")

    posted(tmp_path, script)


def test_a_platform_that_is_down_is_told_in_health_and_not_halted_when_it_is_back(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        post.line.trouble = ["request lost"] * 9
        await post.rounds(9)
        answer = await post.get("/health")
        assert answer.status_code == 503
        assert "nobody listens" in answer.json()["components"][1]["message"]
        await post.rounds(1)
        assert post.halted is None
        assert (await post.get("/health")).status_code == 200

    posted(tmp_path, script)


def test_a_venue_that_does_not_answer_blinds_watch_and_halts_nothing(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        post.venue.down = True
        await post.rounds(5)
        assert post.halted is None
        assert "blind" in (await post.get("/health")).json()["components"][3]["message"]

    posted(tmp_path, script)


def test_watch_looks_by_itself_and_stops_when_it_is_closed(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        await post.role.start()
        post.venue.held[AAPL.symbol] = SHARE
        await asyncio.sleep(20)
        assert post.halted is not None

    posted(tmp_path, script)


# ------------------------------------------------------------- observability


def test_observability_tells_how_every_role_is_even_when_one_hangs(tmp_path: Path) -> None:
    async def script(post: Post) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        await post.rounds(1)
        watching = httpx.AsyncClient(transport=httpx.ASGITransport(post.doors), base_url="http://watch")
        roles = {"execution": RoleDoor(5002, post.client), "watch": RoleDoor(5003, watching, vital=False)}
        role = build_observability(identity=who("observability"), clock=VirtualClock(loop), roles=roles)
        doors = observability_doors(role, new_request_id=lambda: "id")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(doors), base_url="http://door") as client:
            assert (await client.get("/health")).json()["status"] == "healthy"
            assert (await client.get("/health/ready")).json()["collectors"] == {"execution": True, "system": True}
            post.line.trouble = ["hangs", "request lost"]
            began = loop.time()
            ill = await client.get("/health")
            assert loop.time() - began < 1
            assert (ill.status_code, ill.json()["components"][0]["status"]) == (503, "unhealthy")
            status = (await client.get("/api/system/status")).json()
            assert status["services"]["execution"]["status"] == "unhealthy"
            assert status["services"]["watch"] | {"status": "healthy", "port": 5003} == status["services"]["watch"]
            assert (await client.get("/health/live")).status_code == 200
        await role.close()
        await watching.aclose()

    posted(tmp_path, script)
