"""An emulated venue from what it stands on: accounts, market, records, faults, and the settings of its habits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.types import ASGIApp

from seatrial.bootstrap.accounts import alpaca_requests_per_minute
from seatrial.bootstrap.emulation.listed_actions import listed_actions
from seatrial.bootstrap.local_accounts import LocalAccount
from seatrial.bootstrap.randomness import seeded
from seatrial.bootstrap.settings import Settings
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import Clock
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords


@dataclass(frozen=True, slots=True)
class Ground:
    """What every emulated venue stands on."""

    settings: Settings
    clock: Clock
    exchange: Exchange
    records: VenueRecords
    faults: FaultScript
    history: History
    accounts: Sequence[LocalAccount]

    def cash(self, venue: str, account: LocalAccount) -> Decimal:
        """The opening cash of an account that is new."""
        return Decimal(self.settings.cash_units[venue]) / CASH_SCALE if account.cash is None else account.cash


def _build_alpaca(ground: Ground) -> ASGIApp:
    from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca

    accounts = [
        AlpacaAccount(name=one.name, key=one.key, secret=one.secret, deposit=ground.cash("alpaca", one))
        for one in ground.accounts
    ]
    return build_alpaca(
        ground.exchange,
        ground.records,
        api_clock=ground.clock,
        seed=ground.settings.seed,
        script=ground.faults,
        history=ground.history,
        accounts=accounts,
        rate_per_minute=alpaca_requests_per_minute(ground.settings),
        corporate_actions=listed_actions(ground.settings, ground.exchange.instruments),
    ).app


def _build_binance(ground: Ground) -> ASGIApp:
    from seatrial.emulators.binance.app import build_binance
    from seatrial.emulators.binance.habits import CONNECTION_DAY_SECONDS, Habits
    from seatrial.emulators.binance.wallet import Credentials, Rates

    accounts = [
        Credentials(
            one.name,
            one.key,
            one.secret,
            {"USDT": ground.cash("binance", one), **one.coins},
            commission=None if one.commission is None else Rates(**one.commission),
            pays_in_bnb=one.pays_in_bnb,
        )
        for one in ground.accounts
    ]
    by_lot = ground.settings.values["emulators.answers"] == "any"
    return build_binance(
        ground.exchange,
        ground.records,
        accounts,
        faults=ground.faults,
        history=ground.history,
        api_clock=ground.clock,
        ids=seeded(ground.settings.seed, "ids binance"),
        habits=Habits(
            listen_keys=ground.settings.values["emulators.listen_keys"],
            answer_order=seeded(ground.settings.seed, "answers binance") if by_lot else None,
            connection_seconds=CONNECTION_DAY_SECONDS,
        ),
    ).app


BUILDERS: Mapping[str, Callable[[Ground], ASGIApp]] = {"alpaca": _build_alpaca, "binance": _build_binance}
