"""Further accounts of the emulated venues, from a TOML file: keys do not belong on a command line.

[[account]]
name = "maker"
key = "PKMAKER"
secret = "whatever you like"
cash = "250000"              # in USD and in USDT; left out, the cash of everybody
coins = { BTC = "2" }        # what the account has at Binance besides
commission = { maker = "0.0008", taker = "0.001" }   # its tier at Binance; left out, what each pair asks
pays_in_bnb = true           # commissions in BNB, a quarter less, while there is some
"""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from seatrial.bootstrap.local_accounts import LocalAccount
from seatrial.domain.faults import BadSetting

ACCOUNTS_MAX = 1_000
KEYS = ("name", "key", "secret", "cash", "coins", "commission", "pays_in_bnb")
RATE_MAX = Decimal("0.1")


def read_accounts(path: Path) -> list[LocalAccount]:
    """The accounts of a file.

    Raises:
        BadSetting: it cannot be read, or an account in it breaks a rule; names the account and what is accepted.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadSetting(f"{path}: not a TOML file of accounts: {fault}") from fault
    rows = document.get("account")
    if set(document) != {"account"} or not isinstance(rows, list) or not 1 <= len(rows) <= ACCOUNTS_MAX:
        raise BadSetting(f"{path}: accepted are 1 to {ACCOUNTS_MAX} tables [[account]] and nothing else")
    accounts = [_account(path, place, row) for place, row in enumerate(rows, start=1)]
    for what in ("name", "key"):
        told = [getattr(account, what) for account in accounts]
        twice = next((value for value in told if told.count(value) > 1), None)
        if twice is not None:
            raise BadSetting(f"{path}: each account has a {what} of its own, {twice!r} is there twice")
    return accounts


def _account(path: Path, place: int, row: Any) -> LocalAccount:
    where = f"{path}: account {place}"
    if not isinstance(row, dict) or not set(row) <= set(KEYS):
        raise BadSetting(f"{where}: accepted are {', '.join(KEYS)}, was {', '.join(map(str, row))}")
    for name in ("name", "key", "secret"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise BadSetting(f"{where}: {name} is a text and cannot be left out")
    coins = row.get("coins", {})
    if not isinstance(coins, dict):
        raise BadSetting(f'{where}: coins is a table such as {{ BTC = "2" }}, was {coins!r}')
    return LocalAccount(
        name=row["name"],
        key=row["key"],
        secret=row["secret"],
        cash=None if "cash" not in row else _amount(where, "cash", row["cash"]),
        commission=_commission(where, row["commission"]) if "commission" in row else None,
        pays_in_bnb=_yes_or_no(where, "pays_in_bnb", row.get("pays_in_bnb", False)),
        coins={str(coin): _amount(where, f"coins.{coin}", amount) for coin, amount in coins.items()},
    )


def _commission(where: str, raw: object) -> dict[str, Decimal]:
    if not isinstance(raw, dict) or set(raw) != {"maker", "taker"}:
        raise BadSetting(f'{where}: commission is a table such as {{ maker = "0.0008", taker = "0.001" }}, was {raw!r}')
    rates = {name: _amount(where, f"commission.{name}", rate) for name, rate in raw.items()}
    for name, rate in rates.items():
        if rate > RATE_MAX:
            raise BadSetting(f'{where}: commission.{name} is a part from "0" to "{RATE_MAX}", was {raw[name]!r}')
    return rates


def _yes_or_no(where: str, name: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise BadSetting(f"{where}: {name} is true or false, was {raw!r}")
    return raw


def _amount(where: str, name: str, raw: object) -> Decimal:
    try:
        amount = Decimal(str(raw))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0 or isinstance(raw, bool | float):
        raise BadSetting(f'{where}: {name} is an amount of zero or more in quotes, such as "250000", was {raw!r}')
    return amount
