"""The machine: facts in, effects out, everything it knows in one state with a fingerprint.

A thin shell in the domain's words around the compiled `core.step`. It keeps what arrays cannot: ids
as text, which executions were booked, and the orders that have ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seatrial.core import records as r
from seatrial.core import snapshot
from seatrial.core.blank_state import blank_state
from seatrial.core.bound_step import BoundStep
from seatrial.core.decoding import EffectDecoder
from seatrial.core.fingerprint import fingerprint_of
from seatrial.core.purse_rows import PurseRows
from seatrial.core.registry import OrderRegistry
from seatrial.core.rows import FactEncoder
from seatrial.core.standing_limits import StandingLimits
from seatrial.core.unreadable import refuse_unreadable
from seatrial.core.views import OrderView, PositionView, position_view
from seatrial.domain.effects import Effect
from seatrial.domain.facts import (
    Command,
    CommandKind,
    Fact,
    Fill,
    LimitsChanged,
    OrderRequest,
    Report,
    Sent,
    Target,
)
from seatrial.domain.ids import AccountId, ClientOrderId, JournalEpoch, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.money import Currency
from seatrial.domain.money_facts import Split

EFFECTS_PER_FACT_MAX = 512

BREAKER_NAMES = {r.BREAKER_NORMAL: "NORMAL", r.BREAKER_TRIPPED: "TRIPPED", r.BREAKER_COOLDOWN: "COOLDOWN"}


class Machine:
    """One machine and one journal per execution; the account is a key inside.

    `step` decides and applies; `recover` applies what was decided. Both leave the same state.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        instruments: Sequence[tuple[AccountId, Instrument]],
        epoch: JournalEpoch,
    ) -> None:
        self.epoch = epoch
        self.accounts = tuple(sorted(accounts, key=lambda account: account.id))
        self.instruments = tuple(sorted(instruments, key=lambda pair: (pair[0], pair[1].symbol)))
        self._account_index = {account.id: at for at, account in enumerate(self.accounts)}
        self._index = {(account, inst.symbol): at for at, (account, inst) in enumerate(self.instruments)}
        assert len(self._index) == len(self.instruments), "an instrument is listed twice for one account"
        currency_of = {account.id: account.currency for account in self.accounts}
        assert all(one.quote == currency_of[owner] for owner, one in self.instruments), "quoted in another currency"
        self._strategies: dict[StrategyId, int] = {}
        self._registry = OrderRegistry()
        self._executions: dict[tuple[AccountId, Symbol], set[str]] = {}
        self.halted: str | None = None
        self.close_only: str | None = None
        self.limits = StandingLimits(self.accounts, self.instruments)
        self.state = blank_state(self.accounts, self.instruments)
        self.limits.write(self.state)
        self.purse_rows = PurseRows(self.state.purses, self._account_index)
        self._encoder = FactEncoder(
            account_index=self._account_index,
            instrument_index=self._index,
            order_numbers=self._registry.numbers,
            strategy_index=self._strategies,
            currency_of=currency_of,
            base_of={(account, inst.symbol): inst.base for account, inst in self.instruments},
            purses=self.purse_rows,
            limit_cell=self.limits.cell,
        )
        self._decoder = EffectDecoder(self)
        effects_max = EFFECTS_PER_FACT_MAX + len(self.state.orders) + len(self.state.parked)  # a kill ends them all
        self._step = BoundStep(effects_max)
        self._out = self._step.effects

    # ------------------------------------------------------------ the two ways in

    def step(self, fact: Fact) -> tuple[Effect, ...]:
        """Apply one fact and decide. Repeated fills and backward reports are absorbed without effect."""
        refused = refuse_unreadable(self, fact)
        if refused is not None:
            return refused
        alerts = self._note(fact)
        if alerts is None:
            return ()
        count = self._step.step(self.state, self._encoder.encode(fact))
        effects = tuple(self._decoder.decode(self._out[at], fact) for at in range(count))
        self._settle(fact)
        return effects + alerts

    def recover(self, fact: Fact, effects: Sequence[Effect]) -> None:
        """Apply a journalled fact with its journalled effects. Nothing is derived again."""
        if refuse_unreadable(self, fact) is not None or self._note(fact) is None:
            return
        count = 0
        for effect in effects:
            count += self._decoder.encode(effect, fact, self._out[count])
        self._step.recover(self.state, self._encoder.encode(fact), count)
        self._settle(fact)

    def encode(self, fact: Fact, numbers: Mapping[ClientOrderId, int]) -> r.Int64Array:
        """A fact as a row, for a driver that calls the compiled `step` itself and keeps order numbers itself."""
        return self._encoder.encode(fact, numbers)

    def _note(self, fact: Fact) -> tuple[Effect, ...] | None:
        """Keep what arrays cannot. None means the fact is a repetition and changes nothing."""
        match fact:
            case Target(strategy=strategy) | OrderRequest(strategy=strategy):
                self.strategy_column(strategy)
            case Fill():
                booked = self._executions.setdefault((fact.account, fact.symbol), set())
                if fact.execution_id in booked:
                    return None
                booked.add(fact.execution_id)
                return self._registry.note_fill(fact)
            case Report():
                return self._registry.note_report(fact)
            case Command(kind=CommandKind.HALT | CommandKind.KILL):
                self.halted = self.halted or f"{fact.kind} by {fact.actor}: {fact.reason}"
            case Command(kind=CommandKind.CLOSE_ONLY):
                self.close_only = self.close_only or f"{fact.kind} by {fact.actor}: {fact.reason}"
            case Command(kind=CommandKind.RESUME):
                self.halted = self.close_only = None
            case LimitsChanged():
                self.limits.note(fact)
            case _:
                pass
        return ()

    def _settle(self, fact: Fact) -> None:
        """After the arrays moved: orders that left them have ended."""
        if isinstance(fact, Report | Fill | Sent):
            self._registry.settle(fact, self.state)
        elif isinstance(fact, Split):
            self._registry.read_parked(self.state)

    def strategy_column(self, strategy: StrategyId) -> int:
        """The column of a strategy in the target table; a new one gets the next."""
        column = self._strategies.get(strategy)
        if column is None:
            column = self._strategies[strategy] = len(self._strategies)
            if column == self.state.targets.shape[1]:
                self.state = self.state._replace(
                    targets=np.concatenate([self.state.targets, np.zeros_like(self.state.targets)], axis=1),
                    has_target=np.concatenate([self.state.has_target, np.zeros_like(self.state.has_target)], axis=1),
                )
        return column

    # ------------------------------------------------------------------- reading

    @property
    def now_ns(self) -> int:
        """The latest market time any fact carried."""
        return int(self.state.scalars[r.S_NOW])

    @property
    def strategies(self) -> dict[StrategyId, int]:
        """Strategies by column of the target table, in order of first appearance."""
        return self._strategies

    @property
    def registry(self) -> OrderRegistry:
        """Every order the machine remembers."""
        return self._registry

    def index_of(self, account: AccountId, symbol: Symbol) -> int | None:
        """The row of an instrument, or None."""
        return self._index.get((account, symbol))

    def row_of(self, account: AccountId, symbol: Symbol) -> int:
        """The row of an instrument; KeyError where it is not traded."""
        return self._index[account, symbol]

    def account_index(self, account: AccountId) -> int:
        """The row of an account."""
        return self._account_index[account]

    def positions(self) -> list[PositionView]:
        """Every instrument, held or not, sorted by account and symbol."""
        return [self.position(account, inst.symbol) for account, inst in self.instruments]

    def position(self, account: AccountId, symbol: Symbol) -> PositionView:
        """One instrument's holding; KeyError where it is not traded."""
        at = self._index[account, symbol]
        return position_view(account, symbol, self.state.positions[at], int(self.state.rules[at, r.R_VALUE_DIV]))

    def orders(self) -> list[OrderView]:
        """All working orders and the recently ended ones, in order of approval."""
        return self._registry.views()

    def order(self, client_order_id: ClientOrderId) -> OrderView | None:
        """One order, or None where the machine does not remember it."""
        return self._registry.find(client_order_id)

    def cash(self, account: AccountId, currency: Currency) -> int:
        """Cash in cash units; zero in a currency the account has never held."""
        at = self._account_index[account]
        if self.accounts[at].currency == currency:
            return int(self.state.accounts[at, r.A_CASH])
        purse = self.purse_rows.find(account, currency)
        return 0 if purse is None else int(self.state.purses[purse, r.W_CASH])

    def equity_units(self, account: AccountId) -> int:
        """Cash, holdings, dividends owed, and what other currencies have a rate; `money_views.worth_of` says if all."""
        row = self.state.accounts[self._account_index[account]]
        return int(row[r.A_CASH] + row[r.A_HOLDINGS])

    def last_price(self, account: AccountId, symbol: Symbol) -> tuple[int, int] | None:
        """`(price_units, at_ns)`, or None where nothing was seen yet."""
        row = self.state.positions[self._index[account, symbol]]
        return (int(row[r.P_LAST]), int(row[r.P_LAST_AT])) if row[r.P_LAST] else None

    def breaker(self, account: AccountId) -> str:
        """NORMAL, TRIPPED or COOLDOWN."""
        return BREAKER_NAMES[int(self.state.accounts[self._account_index[account], r.A_BREAKER])]

    def execution_ids(self) -> dict[tuple[AccountId, Symbol], set[str]]:
        """Every booked trade's id; for reconciliation."""
        return self._executions

    def state_fingerprint(self) -> str:
        """`sha256` of the state in canonical form: no slot numbers, capacities, venue ids or wall time."""
        return fingerprint_of(self)

    def snapshot(self) -> bytes:
        """The whole state as text; see `core.snapshot`."""
        return snapshot.take(self)

    @classmethod
    def restore(
        cls,
        accounts: Sequence[Account],
        instruments: Sequence[tuple[AccountId, Instrument]],
        epoch: JournalEpoch,
        body: bytes,
    ) -> Machine:
        """A machine that continues from a snapshot, under today's rules and limits."""
        machine = cls(accounts, instruments, epoch)
        snapshot.restore(machine, body)
        return machine
