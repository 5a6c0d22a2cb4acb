"""One request, whichever way it came, and the parts of the venue it may touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple

from seatrial.domain.time import Clock
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.keys import Scheme, Verifier, verifier_of
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.orders import TimeUnit
from seatrial.emulators.binance.parameters import Parameters
from seatrial.emulators.binance.rates import WeightMeter
from seatrial.emulators.binance.signature import check_key_format, check_signature, check_timestamp
from seatrial.emulators.binance.spot import Spot
from seatrial.emulators.history import History

if TYPE_CHECKING:
    from seatrial.emulators.binance.listen_keys import ListenKeys

ANSWER_LAST = 0.5
_AT_ONCE: AbstractContextManager[None] = nullcontext()
Security = Literal["none", "key", "signed"]


class Desk:
    """The venue as its doors see it."""

    def __init__(
        self,
        spot: Spot,
        markets: Markets,
        weights: WeightMeter,
        *,
        clock: Clock,
        history: History,
        listen_keys: ListenKeys | None = None,
        answer_order: Random | None = None,
    ) -> None:
        """`listen_keys` is None where they are gone; `answer_order` decides whether an answer precedes its events."""
        self.listen_keys = listen_keys
        self._answer_order = answer_order
        self.spot = spot
        self.markets = markets
        self.weights = weights
        self.clock = clock
        self.history = history
        self._by_key = {
            pair.key: (account, verifier_of(pair.secret))
            for account in spot.accounts.values()
            for pair in account.credentials.keys
        }

    def account_of(self, key: str | None) -> Account:
        """Who holds this key; -2014 where it cannot be one, -2015 where nobody does."""
        return self._held(key)[0]

    def scheme_of(self, key: str | None) -> Scheme:
        """What kind of key it is."""
        return self._held(key)[1].scheme

    def _held(self, key: str | None) -> tuple[Account, Verifier]:
        held = self._by_key.get(check_key_format(key))
        if held is None:
            raise refusals.key_unknown()
        return held

    def authenticate(self, key: str | None, parameters: Parameters, payload: bytes) -> Account:
        """Who signed this request, within its time window."""
        check_key_format(key)
        timestamp = parameters.required("timestamp", r"^[0-9]{1,20}$")
        signature = parameters.required("signature")
        account, verifier = self._held(key)
        check_timestamp(int(timestamp), parameters.decimal("recvWindow"), self.clock.now_ns())
        check_signature(verifier, signature, payload)
        return account

    def check_time(self, parameters: Parameters) -> None:
        """The time window of a request whose connection is authenticated."""
        timestamp = parameters.required("timestamp", r"^[0-9]{1,20}$")
        check_timestamp(int(timestamp), parameters.decimal("recvWindow"), self.clock.now_ns())

    def told_in_order(self) -> AbstractContextManager[None]:
        """Around a request and its answer: its events come before the answer, or by lot after it."""
        if self._answer_order is None or self._answer_order.random() < ANSWER_LAST:
            return _AT_ONCE
        return self._answered_first()

    @contextmanager
    def _answered_first(self) -> Iterator[None]:
        self.spot.clearing.bulletin.hold()
        try:
            yield
        finally:
            self.spot.clearing.bulletin.let_go()

    def serve(self, endpoint: Endpoint, call: Call) -> object:
        """Answer a request after everything in the market that is due by now; send the answer once it is `durable`."""
        settling = self.spot.clearing.settling
        settling.gather()
        try:
            return endpoint.serve(self, call)
        finally:
            settling.release()


class Call(NamedTuple):
    """A request that is known to come from whom it says. `holder` is None where nobody had to say."""

    parameters: Parameters
    unit: TimeUnit
    holder: Account | None = None

    @property
    def account(self) -> Account:
        """Who asks, at a door that only opens to accounts."""
        assert self.holder is not None
        return self.holder


Serve = Callable[[Desk, Call], object]
Weight = int | Callable[[Mapping[str, str]], int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that can be asked: by `rest` (method and path), by `socket` (method name), or both.

    `weightless` requests give their weight back when they succeed: placing and cancelling since 2026-04-02.
    `places` marks what answers with the account's order counts.
    """

    serve: Serve
    weight: Weight = 1
    security: Security = "none"
    rest: tuple[str, str] | None = None
    socket: str | None = None
    weightless: bool = False
    places: bool = False

    def weight_of(self, values: Mapping[str, str]) -> int:
        """What this request weighs."""
        return self.weight if isinstance(self.weight, int) else self.weight(values)
