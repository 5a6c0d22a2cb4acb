"""`seatrial backtest --terms FILE`: what an account costs beside its trades, and when its money is good, as TOML.

debit_percent = 6.5          # a year, on borrowed cash
credit_percent = 0.5         # a year, on free cash
settles_in = 1               # business days until proceeds are good; without it, as the market's rules were

[borrow_percent]             # a year, for being short
TSLA = 3.25

[fees]
taker_percent = 0.1          # instead of the instruments' own
maker_percent = 0.1
paid_from = "BNB"            # commissions are taken from this purse while it can pay them
discount_percent = 25        # of commissions that it pays

[purses]                     # cash in other currencies at the start
BNB = "2.5"

[[rates]]                    # what one of them is worth, from this time on
currency = "BNB"
at = "2024-01-02T00:00:00Z"
rate = "312.4"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from seatrial.bootstrap.environment import did_you_mean
from seatrial.bootstrap.stage_files import read_toml
from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.limits import Account
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.money_facts import FxRate
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.market.bars import BarTable
from seatrial.runs.terms import NO_TERMS, FeePurse, Terms, opening_rates

PPM_OF_PERCENT = 10_000
SETTLES_IN_MAX = 3
_SECTIONS: Mapping[str, tuple[str, ...] | None] = {
    "debit_percent": (),
    "credit_percent": (),
    "settles_in": (),
    "borrow_percent": None,
    "fees": ("taker_percent", "maker_percent", "paid_from", "discount_percent"),
    "purses": None,
    "rates": None,
}


@dataclass(frozen=True, slots=True)
class TradingTerms:
    """What a terms file says. `taker_ppm` and `maker_ppm` are None where instruments keep their own fees."""

    terms: Terms
    taker_ppm: int | None = None
    maker_ppm: int | None = None

    def priced(self, table: BarTable) -> BarTable:
        """A table whose instrument has these fees."""
        if self.taker_ppm is None and self.maker_ppm is None:
            return table
        own = table.instrument
        taker = own.fee_ppm if self.taker_ppm is None else self.taker_ppm
        maker = own.maker_fee_ppm if self.maker_ppm is None else self.maker_ppm
        return replace(table, instrument=replace(own, fee_ppm=taker, maker_fee_ppm=maker))

    def terms_for(self, tables: Mapping[Symbol, BarTable]) -> Terms:
        """The terms, of the symbols that are traded.

        Raises:
            RequestFault: nobody says what a purse is worth at the first bar.
        """
        first_ns = min(table.first_ns for table in tables.values())
        for currency in self.terms.purses:
            if currency not in opening_rates(self.terms, first_ns):
                raise RequestFault("rates", f"a rate of {currency} at {rfc3339(first_ns)} or before", "none in --terms")
        borrow = {symbol: ppm for symbol, ppm in self.terms.borrow_ppm.items() if symbol in tables}
        return replace(self.terms, borrow_ppm=borrow)


def no_terms() -> TradingTerms:
    """Nothing but the instruments' own fees."""
    return TradingTerms(NO_TERMS)


def read_terms(path: Path, account: Account) -> TradingTerms:
    """The terms of an account.

    Raises:
        ConfigurationFault: the file cannot be read, or a key or value is not accepted; names it and what is.
    """
    table = read_toml(path)
    _check_keys(path, table)
    fees = table.get("fees", {})
    purses = {Currency(name): _units(path, f"purses.{name}", raw) for name, raw in table.get("purses", {}).items()}
    terms = Terms(
        debit_ppm=_ppm(path, "debit_percent", table.get("debit_percent", 0)),
        credit_ppm=_ppm(path, "credit_percent", table.get("credit_percent", 0)),
        borrow_ppm={
            Symbol(name): _ppm(path, f"borrow_percent.{name}", raw)
            for name, raw in table.get("borrow_percent", {}).items()
        },
        settles_in=_settles_in(path, table.get("settles_in")),
        purses=purses,
        facts=tuple(_rates(path, table.get("rates", []), account)),
        fee_purse=_fee_purse(path, fees, purses),
    )
    taker, maker = (fees.get(name) for name in ("taker_percent", "maker_percent"))
    return TradingTerms(
        terms,
        None if taker is None else _ppm(path, "fees.taker_percent", taker),
        None if maker is None else _ppm(path, "fees.maker_percent", maker),
    )


def _check_keys(path: Path, table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        if name not in _SECTIONS:
            raise ConfigurationFault(f"{path}: {name} is no key of a terms file{did_you_mean(name, _SECTIONS)}")
        known = _SECTIONS[name]
        if known == ():
            continue
        if not isinstance(value, list if name == "rates" else dict):
            raise ConfigurationFault(f"{path}: {name} is a {'list of tables' if name == 'rates' else 'table'}")
        for key in value if known and isinstance(value, dict) else ():
            if key not in (known or ()):
                raise ConfigurationFault(f"{path}: {name}.{key} is no key{did_you_mean(key, known or ())}")


def _fee_purse(path: Path, fees: Mapping[str, Any], purses: Mapping[Currency, int]) -> FeePurse | None:
    name, discount = fees.get("paid_from"), fees.get("discount_percent", 0)
    if name is None:
        if "discount_percent" in fees:
            raise ConfigurationFault(f"{path}: fees.discount_percent goes with fees.paid_from, a purse")
        return None
    if name not in purses:
        known = ", ".join(purses) or "none there"
        raise ConfigurationFault(f"{path}: fees.paid_from is one of [purses] ({known}); was {name!r}")
    return FeePurse(Currency(name), 1_000_000 - _ppm(path, "fees.discount_percent", discount))


def _rates(path: Path, rates: list[Any], account: Account) -> Iterator[FxRate]:
    for place, each in enumerate(rates):
        where = f"rates[{place}]"
        if not isinstance(each, dict) or set(each) != {"currency", "at", "rate"}:
            raise ConfigurationFault(f"{path}: {where} has currency, at and rate; was {each!r}")
        rate = _units(path, f"{where}.rate", each["rate"])
        yield FxRate(_instant(path, f"{where}.at", each["at"]), account.id, Currency(each["currency"]),
                     account.currency, rate)  # fmt: skip


def _instant(path: Path, where: str, raw: object) -> int:
    text = raw.isoformat() if isinstance(raw, date | datetime) else str(raw)
    try:
        return parse_rfc3339(text.replace("+00:00", "Z"))
    except ValueError:
        raise ConfigurationFault(f"{path}: {where} is a time such as 2024-01-02T00:00:00Z; was {text!r}") from None


def _settles_in(path: Path, raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= SETTLES_IN_MAX:
        raise ConfigurationFault(f"{path}: settles_in is a number of business days, 0 to {SETTLES_IN_MAX}; was {raw!r}")
    return raw


def _ppm(path: Path, where: str, raw: object) -> int:
    value = _exact(raw)
    if value is None or not 0 <= value <= 100 or value * PPM_OF_PERCENT % 1:
        raise ConfigurationFault(f"{path}: {where} is a percentage from 0 to 100 with four decimals; was {raw!r}")
    return int(value * PPM_OF_PERCENT)


def _units(path: Path, where: str, raw: object) -> int:
    value = _exact(raw)
    if value is None or not 0 < value < 10**9 or value * CASH_SCALE % 1:
        raise ConfigurationFault(f"{path}: {where} is an amount above 0 with at most eight decimals; was {raw!r}")
    return int(value * CASH_SCALE)


def _exact(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
