"""Two fingerprints: of a machine's state, and of what a run did to the money.

`state_fingerprint` is equal for one journal replayed through any driver. `outcome_fingerprint` is
equal for a backtest and a fault-free rehearsal of the same data. Neither sees capacities, slots,
venue ids or wall time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seatrial.core import records as r
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.orders import Side

if TYPE_CHECKING:
    from seatrial.core.machine import Machine


def fingerprint_of(machine: Machine) -> str:
    """`sha256` of the canonical JSON of everything `step` knows."""
    state = machine.state
    holdings = [
        [
            account,
            inst.symbol,
            state.positions[at].tolist(),
            state.rules[at, r.R_MAX_QTY :].tolist(),
            {
                strategy: int(state.targets[at, column])
                for strategy, column in machine.strategies.items()
                if state.has_target[at, column]
            },
        ]
        for at, (account, inst) in enumerate(machine.instruments)
    ]
    orders = state.orders[: int(state.scalars[r.S_ORDERS])]
    parked = state.parked[: int(state.scalars[r.S_PARKED])]
    body = {
        "epoch": machine.epoch,
        "holdings": holdings,
        "accounts": [[account.id, state.accounts[at].tolist()] for at, account in enumerate(machine.accounts)],
        "purses": [[*key, *state.purses[at].tolist()] for key, at in sorted(machine.purse_rows.rows().items())],
        "dues": sorted(state.dues[: int(state.scalars[r.S_DUES])].tolist()),
        "limits": state.limits.tolist(),
        "orders": sorted(orders.tolist()),
        "parked": sorted(parked.tolist()),
        "scalars": state.scalars.tolist(),
        "executions": sorted([*key, sorted(ids)] for key, ids in machine.execution_ids().items()),
        "halted": machine.halted,
        "close_only": machine.close_only,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class OutcomeFill:
    """One trade as the outcome sees it. `fee_units` as in `facts.Fill`."""

    at_ns: int
    account: AccountId
    symbol: Symbol
    side: Side
    qty_units: int
    price_units: int
    fee_units: int
    fee_currency: str


def outcome_fingerprint(
    fills: Iterable[OutcomeFill],
    cash: Iterable[tuple[AccountId, str, int]],
    holdings: Iterable[tuple[AccountId, Symbol, int]],
) -> str:
    """`sha256` over the ordered trades and the final cash and (non-zero) positions."""
    digest = hashlib.sha256()
    for fill in sorted(fills):
        line = (
            fill.at_ns,
            fill.account,
            fill.symbol,
            int(fill.side),
            fill.qty_units,
            fill.price_units,
            fill.fee_units,
            fill.fee_currency,
        )
        digest.update(("fill\x1f" + "\x1f".join(map(str, line)) + "\n").encode())
    for row in sorted(cash):
        digest.update(("cash\x1f" + "\x1f".join(map(str, row)) + "\n").encode())
    for held in sorted(holdings):
        if held[2] != 0:
            digest.update(("held\x1f" + "\x1f".join(map(str, held)) + "\n").encode())
    return "sha256:" + digest.hexdigest()
