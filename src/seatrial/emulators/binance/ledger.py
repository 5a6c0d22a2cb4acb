"""What of the accounts outlives the process: read at the start, written before anybody is told.

Of a wallet only totals are stored. What is locked is derived from the open orders, so that the two can
never disagree, whatever the moment of the crash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from seatrial.domain.time import Clock
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.notes import Note
from seatrial.emulators.binance.numbers import text
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import Order, PreventedMatch, Trade
from seatrial.emulators.binance.past import Past
from seatrial.emulators.binance.rates import OrderMeter
from seatrial.emulators.binance.wallet import Balance, Credentials, Wallet
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords
from seatrial.emulators.timeline import Print

TRADE_IDS_FROM = 1_000_000_000  # our trades are not on the public tape, whose numbers stay below
UID_MAX = 10**9
_ENCODER = msgspec.json.Encoder()


class StoredWallet(msgspec.Struct, frozen=True):
    """A wallet's row: free and locked together, per asset."""

    uid: int
    updated_ns: int
    totals: dict[str, Decimal]


class Ledger:
    """The accounts of the venue and the records behind them.

    Args:
        records: this venue's rows of the shared store.
        accounts: who may trade; an account the store does not know begins with its deposits.
        clock: the API clock, for order counts.
        history: where every accepted, executed, cancelled and expired order is written down.
        market_ns: market time now, the time of first deposits.
    """

    def __init__(
        self,
        records: VenueRecords,
        accounts: Sequence[Credentials],
        *,
        clock: Clock,
        history: History,
        market_ns: int,
    ) -> None:
        self._records = records
        self._history = history
        self._holders: dict[int, Account] = {}
        self._orders: dict[int, Order] = {}
        self._trades: list[Trade] = []
        self._notes: list[tuple[str, int, Note]] = []
        self._wallets: dict[str, Account] = {}
        self._operations: list[tuple[str, str, str, str]] = []
        self._trade_id = TRADE_IDS_FROM
        self._trade_row = 0
        self._note_number = 0
        self._list_id = self._match_id = -1
        self.last_number = 0
        self.accounts: dict[str, Account] = {}
        self._open(accounts, clock, market_ns)
        self.commit(market_ns)

    # ------------------------------------------------------------------ writing

    def trade_id(self, made: Print | None) -> int:
        """The number of the trade a book made; a trade at a print is not on the public tape, and has one of ours."""
        if made is not None:
            return made.number
        self._trade_id += 1
        return self._trade_id

    def next_list_id(self) -> int:
        """A number no order list has had; the venue counts from zero."""
        self._list_id += 1
        return self._list_id

    def next_match_id(self) -> int:
        """A number no prevented match has had."""
        self._match_id += 1
        return self._match_id

    def listed(self, group: OrderList) -> None:
        """A new order list; what becomes of it is told by its orders."""
        self.accounts[group.account].list_up(group)
        self._notes.append((group.account, group.created_ns, Note("list", order_list=group)))

    def prevented(self, match: PreventedMatch) -> None:
        """A trade of an account with itself that did not happen."""
        self.accounts[match.account].prevented(match)
        self._notes.append((match.account, match.at_ns, Note("prevented", prevented=match)))

    def take_in(self, account: Account, order: Order) -> None:
        """A new order, or one of the store that is open."""
        account.add(order)
        self._holders[order.order_id] = account

    def holder_of(self, order_id: int) -> Account:
        """Whose order this is; it is open, or ended not long ago."""
        return self._holders[order_id]

    def changed(self, order: Order) -> None:
        """The order is not what the records say, nor may its account's wallet be."""
        self._orders[order.order_id] = order
        self._wallets[order.account] = self.accounts[order.account]

    def traded(self, trade: Trade) -> None:
        """A trade to be remembered."""
        self.accounts[trade.account].traded(trade)
        self._trades.append(trade)

    def happened(self, operation: str, order: Order) -> None:
        """A line for the operation history, written once it is durable; it tells the order as it stands now."""
        what = f"{order.symbol} {order.side} {order.executed}/{order.quantity}"
        self._operations.append((operation, order.account, order.client_order_id, what))

    def commit(self, market_ns: int) -> None:
        """Make everything durable that changed, and that market time has come this far.

        Only settled time may be given: a print that is due but was not served yet would be lost.
        """
        self._write_down()
        for account in self._wallets.values():
            self._records.put_account(account.name, _ENCODER.encode(_stored(account.wallet)))
        self._records.put_market(market_ns)
        self._records.commit()
        for account in self._wallets.values():
            for order_id in account.trim():
                del self._holders[order_id]
        for operation, name, client_order_id, what in self._operations:
            self._history.record(operation, account=name, client_order_id=client_order_id, what=what)
        self._wallets, self._operations = {}, []

    def _write_down(self) -> None:
        """Orders, trades and notes into the records, where whoever asks for the past finds them."""
        for order in self._orders.values():
            body = _ENCODER.encode(order)
            self._records.put_order(order.order_id, order.account, order.client_order_id, body, is_open=order.open)
        for trade in self._trades:
            self._trade_row += 1  # two orders of ours that meet share a trade's id, not its row
            self._records.add_execution(
                self._trade_row, trade.account, trade.order_id, trade.at_ns, _ENCODER.encode(trade)
            )
        for name, at_ns, note in self._notes:
            self._add_note(name, at_ns, note)
        self._orders, self._trades, self._notes = {}, [], []

    def _add_note(self, account: str, at_ns: int, note: Note) -> None:
        self._note_number += 1
        self._records.add_activity(self._note_number, account, at_ns, msgspec.json.encode(note))

    # ------------------------------------------------------------------ reading

    def open_orders(self) -> list[tuple[Account, Order]]:
        """Open orders of all accounts and who holds them, by number."""
        found = [(account, order) for account in self.accounts.values() for order in account.open_orders()]
        return sorted(found, key=lambda pair: pair[1].order_id)

    def open_lists(self) -> list[OrderList]:
        """Order lists of all accounts in which an order is open."""
        return [group for account in self.accounts.values() for group in account.open_lists()]

    def _open(self, accounts: Sequence[Credentials], clock: Clock, market_ns: int) -> None:
        stored = self._records.accounts()
        activities = self._records.activities()
        self._note_number = activities[-1].number if activities else 0
        for credentials in accounts:
            body = stored.get(credentials.name)
            if body is None:
                wallet = Wallet(_uid(credentials.name, self._records.epoch), updated_ns=market_ns)
                wallet.balances = {asset: Balance(amount) for asset, amount in credentials.deposits.items()}
            else:
                row = msgspec.json.decode(body, type=StoredWallet)
                wallet = Wallet(row.uid, updated_ns=row.updated_ns)
                wallet.balances = {asset: Balance(total) for asset, total in row.totals.items()}
            past = Past(self._records, credentials.name, self._write_down)
            account = Account(credentials, wallet, OrderMeter(clock), past)
            self.accounts[credentials.name] = account
            if body is None:
                self._wallets[account.name] = account
                self._deposit(account, market_ns)
        self._read_orders()
        for activity in activities:
            if activity.account in self.accounts:
                note = msgspec.json.decode(activity.body, type=Note)
                self._read_note(self.accounts[activity.account], note)

    def _deposit(self, account: Account, market_ns: int) -> None:
        amounts = {asset: text(held.free) for asset, held in account.wallet.balances.items()}
        self._add_note(account.name, market_ns, Note("deposit", amounts=amounts))

    def _read_orders(self) -> None:
        self.last_number = self._records.last_order_number
        for order_row in self._records.open_orders():
            order = msgspec.json.decode(order_row.body, type=Order)
            account = self.accounts.get(order.account)
            if account is None or not order.open:
                continue  # the account is not among those this start was given; its rows stay
            self.take_in(account, order)
            if order.reserved:
                account.wallet.reserve(order.reserved_asset, order.reserved)
        self._trade_row, highest = self._records.executions_so_far("$.trade_id")
        self._trade_id = max(self._trade_id, highest)
        for account in self.accounts.values():
            account.wallet.touched.clear()

    def _read_note(self, account: Account, note: Note) -> None:
        if note.order_list is not None:
            self._list_id = max(self._list_id, note.order_list.list_id)
            account.list_up(note.order_list)
        if note.prevented is not None:
            self._match_id = max(self._match_id, note.prevented.match_id)
            account.prevented(note.prevented)


def _stored(wallet: Wallet) -> StoredWallet:
    totals = {asset: held.free + held.locked for asset, held in wallet.balances.items()}
    return StoredWallet(wallet.uid, wallet.updated_ns, totals)


def _uid(name: str, epoch: int) -> int:
    """The account's identity at the venue. A reset of the venue gives it another one, as a testnet reset does."""
    return int.from_bytes(hashlib.sha256(f"{name}\x1f{epoch}".encode()).digest()[:8]) % UID_MAX
