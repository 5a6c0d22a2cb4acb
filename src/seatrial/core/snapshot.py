"""A machine's whole state as text, so that a journal segment can begin without its past.

Used when the digest of core or settings changes: fingerprint equality is claimed within a segment,
and the next one starts from here.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from seatrial.core import records as r
from seatrial.core.views import OrderView
from seatrial.domain.facts import LimitsChanged
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce

if TYPE_CHECKING:
    from seatrial.core.machine import Machine

VERSION = 2
VERSIONS_READ = (1, 2)  # 1 knew no corporate actions and no second currency
# Columns of the account rows that settings own; a restore keeps the new machine's.
_STATIC_ACCOUNT_COLUMNS = (r.A_DAY_OFFSET_NS, r.A_MARGIN, r.A_SPENDS_UNSETTLED)


def take(machine: Machine) -> bytes:
    """The state in canonical JSON. Rules and limits are left out: they belong to settings."""
    state = machine.state
    body = {
        "version": VERSION,
        "epoch": machine.epoch,
        "instruments": [[account, inst.symbol] for account, inst in machine.instruments],
        "accounts": [account.id for account in machine.accounts],
        "strategies": list(machine.strategies),
        "positions": state.positions.tolist(),
        "account_rows": state.accounts.tolist(),
        "targets": state.targets[:, : len(machine.strategies)].tolist(),
        "has_target": state.has_target[:, : len(machine.strategies)].tolist(),
        "orders": state.orders[: int(state.scalars[r.S_ORDERS])].tolist(),
        "parked": state.parked[: int(state.scalars[r.S_PARKED])].tolist(),
        "scalars": state.scalars.tolist(),
        "purses": [[*key, *state.purses[at].tolist()] for key, at in machine.purse_rows.rows().items()],
        "dues": state.dues[: int(state.scalars[r.S_DUES])].tolist(),
        "executions": sorted([*key, sorted(ids)] for key, ids in machine.execution_ids().items()),
        "views": [asdict(view) for view in machine.orders()],
        "halted": machine.halted,
        "close_only": machine.close_only,
        "operator_limits": [asdict(word) for word in machine.limits.words()],
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def restore(machine: Machine, body: bytes) -> None:
    """Fill a fresh machine. Instruments and accounts are matched by name; new ones start empty.

    Raises:
        ValueError: another version, or a holding the machine has no instrument for.
    """
    data: dict[str, Any] = json.loads(body)
    if data["version"] not in VERSIONS_READ:
        raise ValueError(f"snapshot version: accepted is one of {VERSIONS_READ}, was {data['version']}")
    for strategy in data["strategies"]:
        machine.strategy_column(StrategyId(strategy))
    state = machine.state
    rows: dict[int, int] = {}
    for at, (account, symbol) in enumerate(data["instruments"]):
        index = machine.index_of(AccountId(account), Symbol(symbol))
        if index is None:
            if any(data["positions"][at]):
                raise ValueError(f"snapshot: {account} {symbol} is held but is not configured any more")
            continue
        rows[at] = index
        held = data["positions"][at]
        state.positions[index, : len(held)] = held
        for column in range(len(data["strategies"])):
            state.targets[index, column] = data["targets"][at][column]
            state.has_target[index, column] = data["has_target"][at][column]
    for at, account in enumerate(data["accounts"]):
        target = state.accounts[machine.account_index(AccountId(account))]
        kept = [(column, int(target[column])) for column in _STATIC_ACCOUNT_COLUMNS]
        known = data["account_rows"][at]
        target[: len(known)] = known
        for column, value in kept:
            target[column] = value
    for at, order in enumerate(data["orders"]):
        state.orders[at, : len(order)] = order
        state.orders[at, r.O_INST] = rows[order[r.O_INST]]
    for at, parked in enumerate(data.get("parked", ())):
        state.parked[at, : len(parked)] = parked
        state.parked[at, r.K_INST] = rows[parked[r.K_INST]]
    state.scalars[: len(data["scalars"])] = data["scalars"]  # columns are only ever added at the end
    _restore_money(machine, data, rows)
    for account, symbol, ids in data["executions"]:
        machine.execution_ids()[AccountId(account), Symbol(symbol)] = set(ids)
    for view in data["views"]:
        machine.registry.put(
            OrderView(
                **{
                    **view,
                    "client_order_id": ClientOrderId(view["client_order_id"]),
                    "side": Side(view["side"]),
                    "type": OrderType(view["type"]),
                    "time_in_force": TimeInForce(view["time_in_force"]),
                    "status": OrderStatus(view["status"]),
                }
            )
        )
    machine.halted, machine.close_only = data["halted"], data.get("close_only")
    for word in data.get("operator_limits", ()):
        said = LimitsChanged(**word)
        if machine.limits.knows(said):  # what is not traded any more needs no limit
            machine.limits.note(said)
    machine.limits.write(state)


def _restore_money(machine: Machine, data: dict[str, Any], rows: dict[int, int]) -> None:
    """Purses by their names, and what is owed by the accounts and instruments it belongs to."""
    for account, currency, *purse in data.get("purses", ()):
        at = machine.purse_rows.row_of(AccountId(account), Currency(currency))
        machine.state.purses[at, r.W_CASH :] = purse[r.W_CASH :]
    owners = [machine.account_index(AccountId(account)) for account in data["accounts"]]
    for at, due in enumerate(data.get("dues", ())):
        machine.state.dues[at] = due
        machine.state.dues[at, r.D_ACCOUNT] = owners[due[r.D_ACCOUNT]]
        machine.state.dues[at, r.D_INST] = rows[due[r.D_INST]]
