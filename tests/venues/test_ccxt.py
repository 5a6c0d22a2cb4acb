"""ccxt's errors and exchanges, held against the ccxt that is pinned."""

from __future__ import annotations

import asyncio
import inspect
import re

import ccxt
import ccxt.async_support as exchanges
import pytest

from seatrial.domain.faults import RequestFault, VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.ccxt.exchange import BY_CLIENT_ID, open_exchange
from seatrial.venues.ccxt.outcome import fault_of, outcome_of
from seatrial.venues.port import Rejected, Unknown

BY_OUR_ID = re.compile(r"clientOrderId|origClientOrderId")


@pytest.mark.parametrize("name", BY_CLIENT_ID)
def test_an_exchange_we_take_finds_an_order_by_our_id_and_lists_our_trades(name: str) -> None:
    exchange = getattr(exchanges, name)
    has = exchange().has

    code = [line for line in inspect.getsource(exchange.fetch_order).splitlines() if "param" in line]
    assert any(BY_OUR_ID.search(line) for line in code)
    for needed in ("spot", "fetchOrder", "fetchOpenOrders", "fetchMyTrades", "fetchBalance", "fetchOHLCV", "fetchTime"):
        assert has.get(needed), needed


def test_an_exchange_that_cannot_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(RequestFault, match=r"finds orders by our own ids: binance, .*was 'ccxt:kraken'"):
        open_exchange("kraken", "k", "s", timeout_ms=1_000, more={})


@pytest.mark.parametrize(
    "fault",
    [
        ccxt.RequestTimeout("binance POST https://api.binance.com/api/v3/order?signature=SECRET"),
        ccxt.ExchangeNotAvailable("binance 503"),
        ccxt.OperationFailed("-1008"),
        ccxt.ExchangeError("binance {'code': -1007}"),
        ccxt.BadResponse("binance <html>"),
        ccxt.DuplicateOrderId("binance"),
        ccxt.InvalidOrder("Duplicate order sent."),
        KeyError("orderId"),
    ],
)
def test_without_a_no_that_ccxt_knows_an_order_is_unknown(fault: Exception) -> None:
    outcome = outcome_of(fault)

    assert isinstance(outcome, Unknown)
    assert "SECRET" not in outcome.reason


@pytest.mark.parametrize(
    "fault",
    [
        ccxt.InsufficientFunds("binance"),
        ccxt.OrderNotFound("binance"),
        ccxt.AuthenticationError("binance"),
        ccxt.BadSymbol("binance"),
        ccxt.RateLimitExceeded("binance"),
        ccxt.DDoSProtection("binance 418"),
        ccxt.InvalidNonce("-1021"),
    ],
)
def test_a_no_that_ccxt_knows_is_final(fault: Exception) -> None:
    assert outcome_of(fault) == Rejected(type(fault).__name__, str(fault))


def test_a_question_that_fails_is_unavailable_refused_or_unreadable() -> None:
    assert isinstance(fault_of(ccxt.RequestTimeout("x")), VenueUnavailable)
    assert isinstance(fault_of(ccxt.AuthenticationError("x")), VenueRefused)
    assert isinstance(fault_of(ccxt.ExchangeError("x")), VenueUnreadable)
    assert isinstance(fault_of(ccxt.BadResponse("x")), VenueUnreadable)
    assert isinstance(fault_of(ValueError("x")), VenueUnreadable)


def test_an_emulated_binance_takes_the_place_of_every_address_that_spot_trading_uses() -> None:
    from seatrial.bootstrap.ccxt_link import emulated_at

    async def main() -> None:
        urls = BinanceUrls("http://127.0.0.1:1", "ws://127.0.0.1:1", "ws://127.0.0.1:1/ws-api/v3")
        exchange = open_exchange("binance", "k", "s", timeout_ms=1_000, more=emulated_at(urls))
        used = exchange.urls["api"]  # type: ignore[attr-defined]
        assert {used[name].split("/")[2] for name in ("public", "private", "v1", "sapi")} == {"127.0.0.1:1"}
        assert used["ws"]["spot"] == "ws://127.0.0.1:1/ws"
        assert used["ws"]["ws-api"]["spot"] == "ws://127.0.0.1:1/ws-api/v3"
        await exchange.close()

    asyncio.run(main())
