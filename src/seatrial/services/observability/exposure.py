"""What is at stake, account by account, in the account's own currency. Two currencies are never summed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seatrial.core.ledger import market_value
from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency


@dataclass(frozen=True, slots=True)
class SymbolExposure:
    """One holding. `worst_units` is its value if everything working on the worse side fills, as risk counts it."""

    instrument: Instrument
    qty_units: int
    value_units: int
    worst_qty_units: int
    worst_units: int
    bought_units: int  # its signed value if every working buy fills and no sell
    sold_units: int  # the same the other way
    price_units: int  # 0 before the first price
    price_at_ns: int


@dataclass(frozen=True, slots=True)
class AccountExposure:
    """One account. `gross` and `net` are of what is held; `worst` adds what still works."""

    account: AccountId
    currency: Currency
    by_symbol: Mapping[Symbol, SymbolExposure]

    @property
    def long_units(self) -> int:
        """Value of what is held long."""
        return sum(one.value_units for one in self.by_symbol.values() if one.value_units > 0)

    @property
    def short_units(self) -> int:
        """Value of what is held short, as a magnitude."""
        return -sum(one.value_units for one in self.by_symbol.values() if one.value_units < 0)

    @property
    def gross_units(self) -> int:
        """Long and short."""
        return self.long_units + self.short_units

    @property
    def net_units(self) -> int:
        """Long less short."""
        return self.long_units - self.short_units

    @property
    def worst_units(self) -> int:
        """What risk holds against the limit of total exposure."""
        return sum(one.worst_units for one in self.by_symbol.values())

    @property
    def net_worst_units(self) -> int:
        """The largest magnitude `net` can reach if what works on one side fills, as risk counts it."""
        bought = sum(one.bought_units for one in self.by_symbol.values())
        return max(abs(bought), abs(sum(one.sold_units for one in self.by_symbol.values())))

    @property
    def open_positions(self) -> int:
        """Instruments of which at least a lot is held; less is dust that no order can close."""
        return sum(abs(one.qty_units) >= one.instrument.lot_units for one in self.by_symbol.values())

    @property
    def open_worst(self) -> int:
        """Instruments of which at least a lot is held or could be, as risk counts them."""
        return sum(one.worst_qty_units >= one.instrument.lot_units for one in self.by_symbol.values())


def exposures(machine: Machine) -> tuple[AccountExposure, ...]:
    """Every account, in order."""
    return tuple(
        AccountExposure(
            account.id,
            account.currency,
            {
                instrument.symbol: _of(machine, account.id, instrument)
                for owner, instrument in machine.instruments
                if owner == account.id
            },
        )
        for account in machine.accounts
    )


def _of(machine: Machine, account: AccountId, instrument: Instrument) -> SymbolExposure:
    view = machine.position(account, instrument.symbol)
    bought, sold = view.qty_units + view.working_buy_units, view.qty_units - view.working_sell_units
    worst_qty = max(abs(bought), abs(sold))
    return SymbolExposure(
        instrument=instrument,
        qty_units=view.qty_units,
        value_units=view.market_value_units,
        worst_qty_units=worst_qty,
        worst_units=int(market_value(worst_qty, view.last_price_units, instrument.value_div)),
        bought_units=int(market_value(bought, view.last_price_units, instrument.value_div)),
        sold_units=int(market_value(sold, view.last_price_units, instrument.value_div)),
        price_units=view.last_price_units,
        price_at_ns=view.last_price_at_ns,
    )


def totals(found: Iterable[AccountExposure], units: str) -> dict[Currency, int]:
    """One figure summed per currency; `units` names a property such as `gross_units`."""
    summed: dict[Currency, int] = {}
    for one in found:
        summed[one.currency] = summed.get(one.currency, 0) + int(getattr(one, units))
    return summed
