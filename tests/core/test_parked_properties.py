"""Whatever fills, cancels and reports come in whatever order: parked orders never sell what is not held."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import INSTRUMENTS, Desk
from tests.core.test_parked import OPEN

from seatrial.core import records as r
from seatrial.core.machine import Machine
from seatrial.domain.effects import Approved, CancelOrder, Effect
from seatrial.domain.facts import CommandKind, Split
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderStatus, Side

SYMBOLS = ("AAPL", "BTCUSDT")
MIDDLE = {"AAPL": 170, "BTCUSDT": 30_000}
STEP = {"AAPL": 1, "BTCUSDT": 200}
LOTS = {"AAPL": 1.0, "BTCUSDT": 0.01}

VERBS = ("bar", "bar", "fill", "fill", "fill", "confirm", "confirm", "reject", "cancel", "halt", "resume", "kill")
LONG_ONLY = ("bracket", "oto", "oco", "trail_reducing")
ANYTHING = ("bracket", "oto", "oco", "trail", "trail_reducing", "gtd", "cash", "sell_reducing", "target", "split")


def moves(verbs: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str, int]]]:
    return st.lists(st.tuples(st.sampled_from(verbs), st.sampled_from(SYMBOLS), st.integers(0, 30)), max_size=70)


class Play:
    """A desk and a venue that may do anything a venue does, in any order."""

    def __init__(self) -> None:
        self.desk = Desk(OPEN)
        self.book: dict[str, Approved] = {}
        for symbol in SYMBOLS:
            self.desk.bar(symbol, str(MIDDLE[symbol]))

    def act(self, verb: str, symbol: str, number: int) -> None:
        desk, text = self.desk, self._text(symbol, number)
        working = [order for order in self.book.values() if self._left(order) > 0]
        chosen = working[number % len(working)] if working else None
        match verb:
            case "bar":
                low, high = self._text(symbol, number - number % 7), self._text(symbol, number + number % 5)
                self.hear(desk.bar(symbol, text, low=low, high=high))
            case "halt" | "resume" | "kill":
                self.hear(desk.say(CommandKind(verb)))
            case "cancel":
                known = desk.machine.orders()
                if known:
                    from seatrial.domain.facts import CancelRequest

                    named = known[number % len(known)].client_order_id
                    self.hear(desk.tell(CancelRequest(desk.now_ns, named)))
            case "target":
                self.hear(desk.target(symbol, str((number - 10) * LOTS[symbol])))
            case "split" if symbol == "AAPL" and number % 10 == 0:
                account, inst = INSTRUMENTS[symbol]
                self.hear(desk.tell(Split(desk.now_ns, account, inst.symbol, 2, 1)))
            case "fill" | "confirm" | "reject":
                if chosen is not None:
                    self._venue(verb, chosen, number)
            case _:
                self._order(verb, symbol, number)

    def _venue(self, verb: str, order: Approved, number: int) -> None:
        if verb == "fill":
            inst = INSTRUMENTS[order.symbol][1]
            lots = max(self._left(order) // inst.lot_units * (1 + number % 3) // 3, 1)
            self.hear(self.desk.fill(order, self._text(order.symbol, number), inst.qty_text(lots * inst.lot_units)))
            return
        del self.book[order.client_order_id]
        status = OrderStatus.CANCELED if verb == "confirm" else OrderStatus.REJECTED
        self.hear(self.desk.report(order, status))

    def _order(self, verb: str, symbol: str, number: int) -> None:
        size = str((1 + number % 5) * LOTS[symbol])
        legs = {"profit": self._at(symbol, 10), "loss": self._at(symbol, -10)}
        match verb:
            case "bracket":
                effects = self.desk.order(symbol, "buy", size, cls="BRACKET", **legs)
            case "oto":
                effects = self.desk.order(symbol, "buy", size, cls="OTO", loss=legs["loss"])
            case "oco":
                effects = self.desk.order(symbol, "sell", size, cls="OCO", **legs)
            case "trail" | "trail_reducing":
                reduce = {"reduce": "yes"} if verb == "trail_reducing" else {}
                side = "buy" if verb == "trail" and number % 2 else "sell"
                effects = self.desk.order(symbol, side, size, trail=str(STEP[symbol]), **reduce)
            case "gtd":
                effects = self.desk.order(
                    symbol, "buy", size, limit=self._at(symbol, 0), tif="GTD", minutes=str(number % 3)
                )
            case "cash":
                effects = self.desk.order(symbol, "buy", "0", notional=str(100 * number))
            case _:
                effects = self.desk.order(symbol, "sell", size, limit=self._at(symbol, 5), reduce="yes")
        self.hear(effects)

    def hear(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Approved):
                self.book[effect.client_order_id] = effect
            elif isinstance(effect, CancelOrder):
                assert self.desk.machine.order(effect.client_order_id) is not None

    def _left(self, order: Approved) -> int:
        view = self.desk.machine.order(order.client_order_id)
        return 0 if view is None or view.status.terminal else order.qty_units - view.filled_units

    def _at(self, symbol: str, steps: int) -> str:
        account, inst = INSTRUMENTS[symbol]
        last = self.desk.machine.last_price(account, inst.symbol)
        assert last is not None
        return inst.price_text(last[0] // inst.tick_units * inst.tick_units + steps * STEP[symbol] * inst.price_scale)

    def _text(self, symbol: str, number: int) -> str:
        return str(MIDDLE[symbol] + (number - 15) * STEP[symbol])


@settings(max_examples=80)
@given(moves(VERBS + LONG_ONLY + LONG_ONLY))
def test_no_stream_of_events_makes_exits_sell_more_than_is_held(script: list[tuple[str, str, int]]) -> None:
    play = Play()
    for verb, symbol, number in script:
        play.act(verb, symbol, number)
        for view in play.desk.machine.positions():
            assert view.qty_units >= 0


@settings(max_examples=80)
@given(moves(VERBS + ANYTHING))
def test_recovery_and_a_snapshot_reach_the_same_state_with_every_type(
    script: list[tuple[str, str, int]],
) -> None:
    play = Play()
    for move in script:
        play.act(*move)
    machine = play.desk.machine
    recovered = play.desk.fresh()
    for fact, effects in play.desk.told:
        recovered.recover(fact, effects)
    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, machine.snapshot())

    for other in (recovered, restored):
        assert other.state_fingerprint() == machine.state_fingerprint()
        assert other.orders() == machine.orders()


@settings(max_examples=80)
@given(moves(VERBS + ANYTHING[:-1]))
def test_money_is_conserved_and_worst_cases_add_up_with_every_type(script: list[tuple[str, str, int]]) -> None:
    play = Play()
    for move in script:
        play.act(*move)
    machine = play.desk.machine
    for account in machine.accounts:
        held = [view for view in machine.positions() if view.account == account.id]
        spent = sum(view.cost_units - view.realized_units for view in held)
        assert machine.cash(account.id, account.currency) + spent == 100_000 * CASH_SCALE
    working = machine.registry.working()
    state = machine.state
    rows = state.parked[: int(state.scalars[r.S_PARKED])].tolist()
    assert {row[r.K_NUMBER] for row in rows} == {order.sequence for order in working if order.parked}
    for view in machine.positions():
        for side, units in ((Side.BUY, view.working_buy_units), (Side.SELL, view.working_sell_units)):
            mine = [order for order in working if (order.symbol, order.side) == (view.symbol, side)]
            at_venue = sum(order.qty_units - order.filled_units for order in mine if not order.parked)
            children = {order.parent for order in mine if not order.parked}
            held_back = sum(
                order.qty_units - order.filled_units
                for order in mine
                if order.parked and not order.reduce_only and order.client_order_id not in children
            )
            assert units == at_venue + held_back
