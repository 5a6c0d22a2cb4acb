"""The settings of the venues' own paper and live endpoints: addresses, accounts, shares."""

from __future__ import annotations

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declared import Declared, credential

VENUE_SETTINGS: tuple[Declared, ...] = (
    Declared(
        "alpaca.base_url",
        parsing.WEB,
        "https://paper-api.alpaca.markets",
        "where Alpaca's trading API is in mode paper; market data and streams follow from it",
        ("ALPACA_BASE_URL", "ALPACA_ENDPOINT", "ALPACA__ENDPOINT"),
    ),
    credential(
        "alpaca.paper_key",
        "API key of the paper account",
        "ALPACA_PAPER_API_KEY",
        "ALPACA_API_KEY",
        "ALPACA_API_KEY_ID",
        "ALPACA_KEY",
        "ALPACA__KEY",
    ),
    credential(
        "alpaca.paper_secret",
        "API secret of the paper account",
        "ALPACA_PAPER_API_SECRET",
        "ALPACA_API_SECRET",
        "ALPACA_SECRET_KEY",
        "ALPACA_API_SECRET_KEY",
        "ALPACA_SECRET",
        "ALPACA__SECRET",
    ),
    credential("alpaca.live_key", "API key of the live account; in prod only", "ALPACA_LIVE_API_KEY"),
    credential("alpaca.live_secret", "API secret of the live account; in prod only", "ALPACA_LIVE_API_SECRET"),
    Declared(
        "alpaca.equity_deployment_percent",
        parsing.SHARE,
        "100",
        "the share of equity that strategies on Alpaca may deploy",
        ("ALPACA__EQUITY_DEPLOYMENT_PCT", "EQUITY_DEPLOYMENT_PCT"),
        idle="sizing takes a strategy's own weights; max_total_exposure holds whatever this says",
    ),
    Declared(
        "binance.base_url",
        parsing.WEB,
        "https://testnet.binance.vision",
        "where Binance's API is in mode paper; its streams follow from it",
    ),
    credential("binance.key", "API key of the testnet account", "BINANCE_API_KEY"),
    credential("binance.secret", "API secret of the testnet account", "BINANCE_API_SECRET"),
    Declared(
        "binance.quote_asset",
        parsing.QUOTE_ASSET,
        "USDT",
        "the currency of the Binance account",
        ("QT_EXECUTION_QUOTE_ASSET",),
    ),
    credential("ccxt.key", "API key of the account at an exchange that ccxt speaks to", "CCXT_API_KEY"),
    credential("ccxt.secret", "API secret of the same account", "CCXT_API_SECRET"),
    credential("ccxt.password", "passphrase of the same account, where its exchange has one", "CCXT_PASSWORD"),
    credential("coingecko.key", "API key of CoinGecko", "COINGECKO_API_KEY"),
)
