"""Scopes of one machine: the account's limits, a symbol's own, an operator's word. Of two the stricter holds."""

from dataclasses import replace
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import COINS, INSTRUMENTS, STOCKS, Desk, approved, refused

from seatrial.core.machine import Machine
from seatrial.domain.effects import Alert, CancelOrder
from seatrial.domain.facts import Command, CommandKind, LimitsChanged
from seatrial.domain.ids import JournalEpoch, Symbol
from seatrial.domain.limits import QUANTITY_SCALE, Account, RiskLimits, SymbolLimits, stricter, strictest
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.refusals import RefusalCode as C

USD = CASH_SCALE
AAPL = Symbol("AAPL")


class Scoped(Desk):
    """A desk on which single symbols have limits of their own."""

    own: ClassVar[dict[str, SymbolLimits]] = {}

    def fresh(self) -> Machine:
        by_symbol = tuple((Symbol(name), limits) for name, limits in self.own.items())
        accounts = [
            Account(STOCKS, INSTRUMENTS["AAPL"][1].venue, Currency("USD"), "XNYS", self.limits, by_symbol=by_symbol),
            Account(COINS, INSTRUMENTS["BTCUSDT"][1].venue, Currency("USDT"), "24x7", self.limits, by_symbol=by_symbol),
        ]
        return Machine(accounts, list(INSTRUMENTS.values()), JournalEpoch("test"))


def scoped(limits: RiskLimits | None = None, **own: SymbolLimits) -> Scoped:
    made = type("Made", (Scoped,), {"own": own})(limits)
    assert isinstance(made, Scoped)
    made.bar("AAPL", "170")
    made.bar("SPY", "270")
    made.bar("BTCUSDT", "100000")
    return made


def say(desk: Desk, limit: str, value: int | None, symbol: str | None = None) -> tuple[object, ...]:
    return desk.tell(
        LimitsChanged(desk.now_ns, STOCKS, limit, value, "ops", "test", Symbol(symbol) if symbol else None)
    )


def test_a_symbol_has_limits_of_its_own_and_others_do_not_feel_them() -> None:
    nano = QUANTITY_SCALE
    desk = scoped(
        AAPL=SymbolLimits(max_position_nano=8 * nano, max_order_nano=5 * nano, max_order_value_units=800 * USD),
        BTCUSDT=SymbolLimits(max_order_nano=nano // 100),
    )
    first = refused(desk.order("AAPL", "buy", "6"))
    second = refused(desk.order("AAPL", "buy", "5"))
    approved(desk.order("AAPL", "buy", "4"))
    approved(desk.order("SPY", "buy", "6"))
    coin = refused(desk.order("BTCUSDT", "buy", "0.02"))

    assert (first.code, first.limit, first.actual) == (C.MAX_ORDER_QUANTITY, 5 * 10**9, 6 * 10**9)
    assert (second.code, second.limit, second.actual) == (C.MAX_ORDER_VALUE, 800 * USD, 850 * USD)
    assert (coin.code, coin.limit, coin.actual) == (C.MAX_ORDER_QUANTITY, 10**6, 2 * 10**6)


def test_a_symbols_position_collar_share_and_flags() -> None:
    desk = scoped(
        AAPL=SymbolLimits(max_position_nano=3 * QUANTITY_SCALE, price_collar_ppm=10_000),
        SPY=SymbolLimits(max_notional_per_position_units=500 * USD),
    )
    assert refused(desk.order("AAPL", "buy", "4")).code is C.MAX_SHARES
    assert refused(desk.order("AAPL", "buy", "1", limit="168")).code is C.PRICE_COLLAR
    exits = desk.order("AAPL", "buy", "1", cls="BRACKET", profit="172", loss="169")  # 172 is 1.2 % away
    assert refused(exits).code is C.PRICE_COLLAR, "exits are within the symbol's own collar too"
    assert refused(desk.order("SPY", "buy", "2")).code is C.MAX_POSITION_NOTIONAL
    assert refused(scoped(SPY=SymbolLimits(max_position_equity_ppm=5_000)).order("SPY", "buy", "2")).code is (
        C.MAX_POSITION_SHARE
    )
    assert refused(scoped(SPY=SymbolLimits(close_only=True)).order("SPY", "buy", "1")).code is C.NEW_POSITIONS_DISABLED
    assert refused(scoped(SPY=SymbolLimits(restricted=True)).order("SPY", "buy", "1")).code is C.RESTRICTED_SYMBOL


def test_a_restricted_symbol_can_be_left_and_not_entered() -> None:
    desk = scoped(RiskLimits(restricted_symbols=("SPY",)))
    desk.hold("AAPL", "5", "170")
    say(desk, "restricted", 1, "AAPL")

    assert refused(desk.order("SPY", "buy", "1")).code is C.RESTRICTED_SYMBOL
    assert refused(desk.order("AAPL", "buy", "1")).code is C.RESTRICTED_SYMBOL
    approved(desk.order("AAPL", "sell", "5"))


def test_an_operator_tightens_at_once_takes_it_back_and_never_loosens() -> None:
    desk = scoped(RiskLimits(max_order_value_units=1_000 * USD))
    assert say(desk, "max_order_value_units", 300 * USD) == ()
    tight = refused(desk.order("AAPL", "buy", "2"))
    say(desk, "max_order_value_units", 50_000 * USD)
    same = refused(desk.order("AAPL", "buy", "6"))
    say(desk, "max_order_value_units", None)
    approved(desk.order("AAPL", "buy", "5"))

    assert (tight.code, tight.limit, tight.actual) == (C.MAX_ORDER_VALUE, 300 * USD, 340 * USD)
    assert (same.code, same.limit) == (C.MAX_ORDER_VALUE, 1_000 * USD)
    assert desk.machine.limits.of(STOCKS) == desk.limits


def test_a_word_on_no_limit_of_ours_changes_nothing_and_is_told() -> None:
    desk = scoped()
    before = desk.machine.state.limits.copy()
    for limit, value, symbol in (("max_luck", 1, None), ("max_shares", -1, None), ("restricted", 1, "GME")):
        (alert,) = say(desk, limit, value, symbol)
        assert isinstance(alert, Alert)
        assert alert.name == "unknown_limit"
    assert (desk.machine.state.limits == before).all()


words = st.lists(
    st.tuples(
        st.sampled_from(
            [
                ("max_order_value_units", None),
                ("max_open_positions", None),
                ("close_only", None),
                ("max_order_nano", "AAPL"),
                ("close_only", "SPY"),
                ("duplicate_window_ns", None),
            ]
        ),
        st.one_of(st.none(), st.integers(0, 2**62)),
    ),
    max_size=8,
)


@settings(max_examples=30)
@given(words)
def test_a_replay_and_a_snapshot_know_every_word_and_none_loosens_anything(script) -> None:  # type: ignore[no-untyped-def]
    own = RiskLimits(max_order_value_units=1_000 * USD)
    desk = scoped(own, AAPL=SymbolLimits(max_order_nano=5 * QUANTITY_SCALE))
    for (limit, symbol), value in script:
        say(desk, limit, value, symbol)
        desk.order("AAPL", "buy", "2")
    machine = desk.machine

    replayed = desk.fresh()
    for fact, effects in desk.told:
        replayed.recover(fact, effects)
    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, machine.snapshot())

    expected = machine.state_fingerprint()
    assert replayed.state_fingerprint() == restored.state_fingerprint() == expected
    assert strictest(own, machine.limits.of(STOCKS)) == machine.limits.of(STOCKS)
    assert machine.limits.of(COINS) == own


@given(st.sampled_from(sorted(RiskLimits.__dataclass_fields__)), st.integers(0, 10**12), st.integers(0, 10**12))
def test_which_of_two_is_stricter_does_not_depend_on_who_said_it_first(field: str, one: int, two: int) -> None:
    assert stricter(field, one, two) == stricter(field, two, one)
    assert stricter(field, one, one) == one


# ------------------------------------------------------------------- close-only


def test_close_only_takes_entries_back_lets_what_is_held_be_closed_and_resume_lifts_it() -> None:
    desk = scoped(RiskLimits(max_open_positions=5))
    desk.hold("AAPL", "5", "170")
    desk.bar("SPY", "270")
    entry = approved(desk.order("SPY", "buy", "1", limit="265"))
    leaving = approved(desk.order("AAPL", "sell", "2", limit="172"))

    (cancel,) = desk.tell(Command(desk.now_ns, CommandKind.CLOSE_ONLY, "ops", "the day is done"))

    assert isinstance(cancel, CancelOrder)
    assert (cancel.client_order_id, cancel.reason) == (entry.client_order_id, "close_only")
    no = refused(desk.order("SPY", "buy", "1"))
    assert (no.code, no.limit, no.actual) == (C.NEW_POSITIONS_DISABLED, 0, 1)
    approved(desk.order("AAPL", "sell", "3"))
    assert desk.machine.halted is None
    assert "the day is done" in (desk.machine.close_only or "")
    assert leaving.symbol == "AAPL"

    desk.tell(Command(desk.now_ns, CommandKind.RESUME, "ops", "a new day"))
    assert desk.machine.close_only is None
    assert not hasattr(desk.order("SPY", "buy", "1")[0], "code")


# -------------------------------------------------------------- the worst case

LIMITED = RiskLimits(
    max_shares=30, max_notional_per_position_units=4_000 * USD, max_total_exposure_units=9_000 * USD,
    max_net_exposure_units=6_000 * USD, max_leverage_ppm=85_000, max_position_equity_ppm=38_000, max_open_positions=2,
    max_loss_per_trade_units=250 * USD, max_order_shares=12, max_order_value_units=3_000 * USD, orders_working_max=7,
    breaker_enabled=False, default_stop_loss_ppm=0, enable_trailing_stop=False,
)  # fmt: skip
PRICE = {"AAPL": 170, "SPY": 270}
trades = st.lists(
    st.tuples(st.sampled_from(["order", "fill", "part"]), st.sampled_from(["AAPL", "SPY"]), st.integers(-14, 14)),
    max_size=50,
)


@settings(max_examples=60)
@given(trades)
def test_no_approved_orders_exceed_a_limit_whatever_fills_in_whatever_order(script: list[tuple[str, str, int]]) -> None:
    desk = Desk(replace(LIMITED))
    desk.bar("AAPL", "170")
    desk.minute -= 1
    desk.bar("SPY", "270")
    working: list[tuple[object, int]] = []
    for verb, symbol, number in script:
        if verb == "order" and number:
            (effect,) = desk.order(symbol, "buy" if number > 0 else "sell", str(abs(number)))
            if not hasattr(effect, "code"):
                working.append((effect, abs(number)))
                assert abs(number) <= 12 or desk.qty(symbol) * number < 0
        elif verb in {"fill", "part"} and working:
            order, left = working.pop(number % len(working))
            qty = left if verb == "fill" else max(1, left // 2)
            desk.fill(order, str(PRICE[order.symbol]), str(qty))  # type: ignore[arg-type, attr-defined]
            if left > qty:
                working.append((order, left - qty))
        held = {name: desk.qty(name) for name in PRICE}
        values = {name: held[name] * PRICE[name] for name in PRICE}
        assert all(abs(shares) <= 30 for shares in held.values())
        assert all(abs(value) <= 3_800 for value in values.values())  # 38 per mille of 100,000 is the strictest
        assert sum(map(abs, values.values())) <= 8_500  # 85 per mille
        assert abs(sum(values.values())) <= 6_000
        assert sum(map(bool, held.values())) <= 2
