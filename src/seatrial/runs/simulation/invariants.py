"""What must be true when the dust has settled, each by its name. A broken one raises `InvariantBroken`.

The checks add up the journal and ask the venue in quiet; they use nothing of what trading used to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from seatrial.core.machine import Machine
from seatrial.domain.facts import Fill, Report, Transfer
from seatrial.domain.faults import InvariantBroken
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderStatus
from seatrial.emulators.checking.rules import check_history
from seatrial.emulators.history import Operation
from seatrial.journal.port import Entry
from seatrial.runs.simulation.network import JOURNALLED, NO_DUPLICATE
from seatrial.runs.simulation.process import Durable
from seatrial.venues.port import Venue

LEDGER = "ledger equals venue"
UNITS = "no unit lost"
EXPLAINED = "every order terminal or explained"
TIMEOUTS = "timeouts are unknown"
REPLAY = "replay equals state"
ACKNOWLEDGED = "no acknowledged order lost"
VENUE = "the venue keeps its own rules"


def check_accepted(accepted: Sequence[ClientOrderId], durable: Durable) -> None:
    """What venues took: each id once, and each of them approved in the journal."""
    for client_order_id, times in Counter(accepted).items():
        if times > 1:
            raise InvariantBroken(NO_DUPLICATE, f"the venue took {client_order_id} {times} times")
        if client_order_id not in durable.approved:
            raise InvariantBroken(JOURNALLED, f"the venue has {client_order_id}, the journal has not")


def check_acknowledged(acknowledged: Sequence[str], durable: Durable) -> None:
    """Whoever was told 202 finds the order in the journal."""
    for said in acknowledged:
        if ClientOrderId(said) not in durable.approved:
            raise InvariantBroken(ACKNOWLEDGED, f"{said} was answered 202 and is not in the journal")


def check_reports(entries: Sequence[Entry], accepted: Sequence[ClientOrderId]) -> None:
    """No order was called rejected, or never sent, that the venue has."""
    taken = set(accepted)
    for entry in entries:
        fact = entry.fact
        if not isinstance(fact, Report) or fact.client_order_id not in taken:
            continue
        never_sent = fact.status is OrderStatus.CANCELED and fact.reason.startswith("never sent")
        if fact.status is OrderStatus.REJECTED or never_sent:
            detail = f"{fact.client_order_id} was reported {fact.status.name} ({fact.reason}), the venue has it"
            raise InvariantBroken(TIMEOUTS, detail)


def check_venue(account: AccountId, operations: Sequence[Operation]) -> None:
    """The venue kept its own rules: legal states, executions that add up, no id twice, true answers."""
    for broken in check_history(operations).broken:
        raise InvariantBroken(VENUE, f"{account}: {broken.rule}: {broken.client_order_id}: {broken.what}")


async def check_ledger(machine: Machine, venue: Venue) -> None:
    """Positions and cash are the venue's, to the unit."""
    truth = await venue.balances()
    account = next(one for one in machine.accounts if one.id == venue.account)
    pairs: list[tuple[str, int, int]] = [
        (account.currency, machine.cash(account.id, account.currency), truth.cash.get(account.currency, 0))
    ]
    for owner, instrument in machine.instruments:
        if owner == account.id:
            ours = machine.position(owner, instrument.symbol).qty_units
            pairs.append((instrument.symbol, ours, truth.holdings.get(instrument.symbol, 0)))
    for what, ours, theirs in pairs:
        if ours != theirs:
            raise InvariantBroken(LEDGER, f"{account.id} {what}: our ledger says {ours} units, the venue says {theirs}")


def check_units(machine: Machine, entries: Sequence[Entry]) -> None:
    """The journal's transfers and trades, added up afresh, are the machine's cash and positions."""
    instruments: Mapping[tuple[AccountId, str], Instrument] = {
        (owner, each.symbol): each for owner, each in machine.instruments
    }
    sums: Counter[tuple[AccountId, str]] = Counter()
    booked: set[tuple[AccountId, str, str]] = set()
    for entry in entries:
        match entry.fact:
            case Transfer(account=account, currency=currency, amount_units=amount, symbol=symbol):
                sums[account, symbol or currency] += amount
            case Fill() as fill if (fill.account, fill.symbol, fill.execution_id) not in booked:
                booked.add((fill.account, fill.symbol, fill.execution_id))
                instrument = instruments[fill.account, fill.symbol]
                paid = -(fill.side * fill.price_units * fill.qty_units) // instrument.value_div
                in_base = fill.fee_currency == instrument.base
                sums[fill.account, fill.symbol] += fill.side * fill.qty_units - (fill.fee_units if in_base else 0)
                sums[fill.account, instrument.quote] += paid - (0 if in_base else fill.fee_units)
            case _:
                pass
    for one in machine.accounts:
        cash = machine.cash(one.id, one.currency)
        if cash != sums[one.id, one.currency]:
            detail = f"{one.id}: the journal adds up to {sums[one.id, one.currency]}, cash is {cash}"
            raise InvariantBroken(UNITS, detail)
    for owner, instrument in machine.instruments:
        held, summed = machine.position(owner, instrument.symbol).qty_units, sums[owner, instrument.symbol]
        if held != summed:
            raise InvariantBroken(UNITS, f"{owner} {instrument.symbol}: the journal adds up to {summed}, held {held}")


async def check_explained(machine: Machine, venue: Venue) -> None:
    """Every order has ended, or works at the venue exactly as it does here."""
    works = {order.client_order_id: order for order in await venue.open_orders()}
    for order in machine.registry.working():
        if order.account != venue.account or order.parked:
            continue
        theirs = works.pop(order.client_order_id, None)
        if order.status <= OrderStatus.UNKNOWN or theirs is None or theirs.filled_units != order.filled_units:
            detail = f"{order.client_order_id} is {order.status.name} here, {theirs.status.name if theirs else 'gone'}"
            raise InvariantBroken(EXPLAINED, f"{detail} at {venue.name}")
    if works:
        raise InvariantBroken(EXPLAINED, f"{min(works)} works at {venue.name} and not here")


def check_replay(machine: Machine, entries: Sequence[Entry]) -> None:
    """The journal alone gives the same machine."""
    replayed = Machine(machine.accounts, machine.instruments, machine.epoch)
    for entry in entries:
        replayed.recover(entry.fact, entry.effects)
    if replayed.state_fingerprint() != machine.state_fingerprint():
        raise InvariantBroken(REPLAY, f"after {len(entries)} entries the replayed machine differs")
