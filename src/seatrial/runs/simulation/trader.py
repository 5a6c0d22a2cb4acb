"""A hand that orders, cancels, halts and resumes from outside, through the doors, whatever lives behind them.

It retries with the same id and body until it has an answer, as a careful client does. What was answered
202 must be in the journal for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

import httpx

from seatrial.domain.instrument import AssetClass, Instrument

PAUSE_SECONDS_MAX = 40.0
RETRIES_MAX = 6

Connect = Callable[[], httpx.AsyncBaseTransport | None]


class RandomHand:
    """One careless trader with careful software.

    Args:
        connect: the way to the doors of whoever lives now; None while nobody does.
    """

    def __init__(self, connect: Connect, instruments: Sequence[Instrument], random: Random) -> None:
        self.acknowledged: list[str] = []
        self.answers: dict[int, int] = {}  # how often each status was answered
        self.halted = False  # by us, as far as we know
        self._connect = connect
        self._instruments = tuple(instruments)
        self._random = random
        self._asked = 0

    async def run(self) -> None:
        """Trade until cancelled."""
        while True:
            await asyncio.sleep(self._random.random() * PAUSE_SECONDS_MAX)
            match self._random.randrange(20):
                case 0:
                    await self._halt_for_a_while("/api/v1/halt")
                case 1 if self._random.random() < 0.3:
                    await self._halt_for_a_while("/api/v1/kill")
                case 2 | 3 | 4 if self.acknowledged:
                    await self._ask("DELETE", f"/orders/{self._random.choice(self.acknowledged)}")
                case 5 if self._random.random() < 0.3:
                    await self._ask("DELETE", "/orders")
                case _:
                    await self._order()

    async def resume(self) -> None:
        """Lift what this hand has halted, however long it takes until somebody answers."""
        while self.halted:
            answer = await self._ask("POST", "/api/v1/resume", {"actor": "hand", "reason": "go on"})
            self.halted = answer is None

    async def _halt_for_a_while(self, path: str) -> None:
        self.halted = True
        await self._ask("POST", path, {"actor": "hand", "reason": "nervous"})
        await asyncio.sleep(self._random.random() * 3 * PAUSE_SECONDS_MAX)
        await self.resume()

    async def _order(self) -> None:
        self._asked += 1
        body = self._body(f"hand-{self._asked}")
        answer = await self._ask("POST", "/orders", body)
        if answer is not None and answer.status_code == 202:
            self.acknowledged.append(body["client_order_id"])

    def _body(self, client_order_id: str) -> dict[str, str]:
        instrument = self._random.choice(self._instruments)
        equity = instrument.asset_class is AssetClass.US_EQUITY
        lots = self._random.randint(1, 400) if equity else self._random.randint(100, 20_000)
        return {
            "symbol": instrument.symbol,
            "side": self._random.choice(("buy", "buy", "sell")),
            "type": "market",
            "quantity": instrument.qty_text(lots * instrument.lot_units),
            "client_order_id": client_order_id,
        }

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response | None:
        """Ask until somebody answers; None where nobody ever does."""
        for attempt in range(RETRIES_MAX):
            transport = self._connect()
            if transport is not None:
                try:
                    async with httpx.AsyncClient(transport=transport, base_url="http://execution") as client:
                        answer = await client.request(method, path, json=body)
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code != 503:
                    self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
                    return answer
            await asyncio.sleep(5.0 * (attempt + 1))
        return None
