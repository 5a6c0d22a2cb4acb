"""One exchange: lets a market happen, lets orders meet it, and keeps market time.

It knows no accounts, no money and no wire; the venues give it meaning by listening. Everything is synchronous but
`run`, which sleeps until something happens. Whoever calls `place` or `cancel` first lets everything due happen, so
an order that arrives late in a busy loop still meets exactly what comes after it.

What orders meet is one of two markets behind one seam (`trading.Trading`): prints of replayed bars, or books. In a
market with books a new order meets the book with the next call of anything, of `meet_arrivals` at the latest, which
`run` sees to: never inside `place`, so that a venue knows its order before it hears of a trade.

After a restart the market goes on where it was stored (`MarketClock`), with the orders given back by `restore`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from seatrial.domain.faults import DataFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.market_view import MarketView
from seatrial.emulators.order_books import Place, Terms
from seatrial.emulators.print_market import PrintMarket
from seatrial.emulators.tape import Tape
from seatrial.emulators.timeline import Happenings
from seatrial.emulators.trade_reel import TradeReel, TradeRows
from seatrial.emulators.trading import Trading

PARTICIPATION_PPM = 100_000
ORDERS_WORKING_MAX = 250_000
PATIENCE_NS = 20 * MILLISECOND_NS  # of API time, for one catching up where speed asks for too much


class Exchange(MarketView):
    """The market of one venue.

    Args:
        instruments: what can be traded; each must be on the tape.
        tape: bars and sessions; of a market with books, those of the time before it.
        market_clock: its `anchor_ns` is where the market goes on; what is up to it is past.
        participation_ppm: the part of a print's volume that can be one account's.
        trading: a market with books; None replays the tape's bars as prints.
        trades: of a market of prints, what the public is told instead of them.

    Raises:
        DataFault: an instrument has no bars.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        tape: Tape,
        *,
        market_clock: MarketClock,
        participation_ppm: int = PARTICIPATION_PPM,
        trading: Trading | None = None,
        trades: Mapping[Symbol, TradeRows] | None = None,
    ) -> None:
        self.instruments = {instrument.symbol: instrument for instrument in instruments}
        self.tape = tape
        self._standing = False
        self._number = 0
        self._arrived = asyncio.Event()
        reel = None if trades is None else TradeReel(trades, market_clock.anchor_ns)
        if trading is None:
            for symbol in self.instruments:
                if not tape.bars(symbol):
                    raise DataFault(f"{symbol}: the tape holds no bars of it")
            trading = PrintMarket(
                self.instruments, tape, market_clock.anchor_ns, participation_ppm=participation_ppm, reel=reel
            )
        super().__init__(trading, tape, market_clock, reel)

    def place(self, symbol: Symbol, terms: Terms, *, number: int | None = None, account: str = "") -> int:
        """Let an order work from now on; returns its number. What it meets is told later, never inside this call."""
        self.catch_up()
        number = self._number + 1 if number is None else number
        self._take_in(number)
        self._trading.add(Place(account, symbol), number, terms)
        self._arrived.set()
        return number

    def restore(self, symbol: Symbol, terms: Terms, *, number: int, placed_ns: int, account: str = "") -> None:
        """Give back a working order after a restart, in the order of numbers; `placed_ns` is market time."""
        self._take_in(number)
        self._trading.restore(Place(account, symbol), number, terms, placed_ns=placed_ns, settled_ns=self._settled_ns)

    def cancel(self, number: int) -> int | None:
        """Stop an order from working. Returns what was left of it; None where it was not working any more."""
        self.catch_up()
        return self._trading.cancel(number)

    def shrink(self, number: int, left_units: int) -> None:
        """Make a working order smaller where it stands."""
        self._trading.shrink(number, left_units)

    @property
    def full(self) -> bool:
        """No further order can work; the venue above says so in its own words."""
        return len(self._trading) >= ORDERS_WORKING_MAX

    def take_number(self) -> int:
        """A number for an order that the venue itself lets wait, until it gives it to `place`."""
        self.catch_up()
        self._number += 1
        return self._number

    def reserve_numbers(self, up_to: int) -> None:
        """Numbers up to this one are taken by orders of the past."""
        self._number = max(self._number, up_to)

    def halt(self, symbol: Symbol) -> None:
        """Stop trading in a symbol: its market is told, and meets no order until `resume`."""
        self._set_halted(symbol, halted=True)

    def resume(self, symbol: Symbol) -> None:
        """Trade in a symbol again."""
        self._set_halted(symbol, halted=False)

    def _set_halted(self, symbol: Symbol, *, halted: bool) -> None:
        self._trading.set_halted(symbol, halted=halted)
        self.tell_halt(symbol, self.now_ns(), halted=halted)

    def _take_in(self, number: int) -> None:
        assert not self.full
        self._number = max(self._number, number)

    # ----------------------------------------------------------- the market

    async def run(self) -> None:
        """Let the market happen until the data ends. Late wake-ups serve every due instant, in order."""
        if self.has_books:
            await self._run_books()
            return
        while (next_ns := self._trading.next_ns) is not None:
            await asyncio.sleep(max(0, self.market_clock.wait_ns(next_ns)) / SECOND_NS)
            if self._trading.next_ns == next_ns and next_ns <= self.market_clock.now_ns():
                self._serve(self._trading.take())

    async def _run_books(self) -> None:
        """The same where orders meet the market at their arrival, which wakes it as well."""
        loop = asyncio.get_running_loop()
        while (next_ns := self._trading.next_ns) is not None:
            timer = loop.call_later(max(0, self.market_clock.wait_ns(next_ns)) / SECOND_NS, self._arrived.set)
            await self._arrived.wait()
            timer.cancel()
            self._arrived.clear()
            self.catch_up()
            await asyncio.sleep(0)

    def catch_up(self) -> None:
        """Let everything happen that is due; then `settled_ns` is now. A no-op while an instant is being served.

        A market with books whose speed is beyond this machine falls behind: whoever asks is answered all the same.
        """
        if self._serving:
            return
        self.meet_arrivals()
        if self._standing:
            return
        now_ns, next_ns = self.market_clock.now_ns(), self._trading.next_ns
        if next_ns is not None and next_ns <= now_ns and not self._live(now_ns):
            return
        self._settled_ns = max(self._settled_ns, now_ns)

    def _live(self, now_ns: int) -> bool:
        """Serve every instant up to now; False where that takes longer than anybody waits for it."""
        began_ns = self.market_clock.api_now_ns()
        while (next_ns := self._trading.next_ns) is not None and next_ns <= now_ns:
            self._serve(self._trading.take())
            if self.has_books and self.market_clock.api_now_ns() - began_ns > PATIENCE_NS:
                self.market_clock.hold(self._settled_ns)
                return False
        return True

    def stand(self) -> bool:
        """Until `go_on` all that is asked happens at this one instant; False where it stands already."""
        if self._standing:
            return False
        self.catch_up()
        self._standing = True
        return True

    def go_on(self) -> None:
        """Time passes again."""
        self._standing = False

    def meet_arrivals(self) -> None:
        """Let new orders meet their books now: how a venue learns of the trades before it answers."""
        if self._trading.has_arrivals and not self._serving:
            self._serve(Happenings(self._settled_ns))

    def _serve(self, happenings: Happenings) -> None:
        self._settled_ns = happenings.at_ns
        self._serving = True
        if happenings.closed or happenings.opened:
            self.tell_sessions(happenings)
        for told in self._trading.play(happenings):
            self.tell(told)
        if happenings.bars:
            self.tell_bars(happenings)
        for end in self.on_end if self.ended else ():
            end(happenings.at_ns)
        for settled in self.on_settled:
            settled(happenings.at_ns)
        self._serving = False
