"""The account over HTTP: what it is worth, how it is configured, how it went (`venues.md` 2.1)."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.account import MULTIPLIER
from seatrial.emulators.alpaca.amounts import ZERO, money, text
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Doorway, answer, body_of
from seatrial.emulators.alpaca.fields import parse_body
from seatrial.emulators.alpaca.portfolio import portfolio_history
from seatrial.emulators.alpaca.refusals import malformed

FLAGS = ("fractional_trading", "no_shorting", "suspend_trade", "ptp_no_exception_entry")
CHOICES = {
    "trade_confirm_email": ("all", "none"),
    "max_margin_multiplier": ("1", "2", "4"),
    "dtbp_check": ("both", "entry", "exit"),
    "pdt_check": ("both", "entry", "exit"),
}
KEPT = ("trade_confirm_email", "max_margin_multiplier")  # the others are of an era, and change nothing


class AccountDoors:
    """Everything under `/v2/account` but activities."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def doorways(self) -> list[Doorway]:
        """All of them."""
        return [
            Doorway("/v2/account", self._account),
            Doorway("/v2/account/configurations", self._settings),
            Doorway("/v2/account/configurations", self._change, "PATCH"),
            Doorway("/v2/account/portfolio/history", self._history),
        ]

    async def _account(self, _: Request, name: str) -> Response:
        self._desk.catch_up()
        return answer(account_shape(self._desk, name))

    async def _settings(self, _: Request, name: str) -> Response:
        return answer(settings_shape(self._desk, name))

    async def _change(self, request: Request, name: str) -> Response:
        change_settings(self._desk, name, parse_body(await body_of(request)))
        await self._desk.news.durable()
        return answer(settings_shape(self._desk, name))

    async def _history(self, request: Request, name: str) -> Response:
        self._desk.catch_up()
        return answer(portfolio_history(self._desk, name, request.query_params))


def account_shape(desk: Desk, name: str) -> dict[str, object]:
    """`GET /v2/account`. `buying_power` is net of what working orders reserve."""
    account, now = desk.book.accounts[name], desk.book.standing(name)
    buying_power = money(now.buying_power)
    return {
        "id": desk.identity.uuid("account", name),
        "account_number": desk.identity.account_number(name),
        "status": "ACTIVE",
        "crypto_status": "ACTIVE" if any(map(is_coin, desk.exchange.instruments.values())) else "INACTIVE",
        "currency": "USD",
        "cash": text(now.cash),
        "equity": money(now.equity),
        "last_equity": money(account.last_equity),
        "portfolio_value": money(now.equity),
        "buying_power": buying_power,
        "regt_buying_power": buying_power,
        "non_marginable_buying_power": money(max(ZERO, now.cash_power)),
        "effective_buying_power": buying_power,
        "options_buying_power": "0",
        "options_approved_level": 0,
        "options_trading_level": 0,
        "long_market_value": money(now.long_value),
        "short_market_value": money(now.short_value),
        "position_market_value": money(now.long_value + now.short_value),
        "initial_margin": money(now.initial_margin),
        "maintenance_margin": money(now.maintenance_margin),
        "last_maintenance_margin": money(account.last_maintenance),
        "multiplier": str(MULTIPLIER),
        "sma": money(now.equity - now.initial_margin),
        "shorting_enabled": not account.settings.no_shorting,
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": account.settings.suspend_trade,
        "created_at": rfc3339(account.created_ns),
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
        **desk.era.account_members(now, desk.fills.of(name), account.last_equity),
    }


def settings_shape(desk: Desk, name: str) -> dict[str, object]:
    """`GET /v2/account/configurations`."""
    return {**msgspec.to_builtins(desk.book.accounts[name].settings), **desk.era.settings_members()}


def change_settings(desk: Desk, name: str, fields: dict[str, object]) -> None:
    """Change what a body names, all of it or nothing; null leaves a thing as it is, as alpaca-py writes what it lacks.

    Raises:
        Refusal: 422, something in it cannot be changed, or not to that.
    """
    named = {key: value for key, value in fields.items() if value is not None}
    for key, value in named.items():
        if key in FLAGS:
            if not isinstance(value, bool):
                raise malformed(f"{key}: accepted are true, false")
        elif key not in CHOICES:
            raise malformed(f"{key} cannot be changed here: accepted are {', '.join((*FLAGS, *CHOICES))}")
        elif value not in CHOICES[key]:
            raise malformed(f"{key}: accepted are {', '.join(CHOICES[key])}")
    account = desk.book.accounts[name]
    for key, value in named.items():
        if key in FLAGS or key in KEPT:
            setattr(account.settings, key, value)
    desk.book.put(account)
    desk.news.touch()
