"""Every setting there is: its name, kind, default and the variables that may carry it.

`docs/reference/settings.md` is written from this table and a test keeps the two equal. A setting `ports.execution`
can be given as `[ports] execution = ...` in `config/<stage>.toml`, as `SEATRIAL_PORTS_EXECUTION` or one of its
older names in the environment, or as `--set ports.execution=...`; later ones win.
"""

from __future__ import annotations

from seatrial.bootstrap import parsing
from seatrial.bootstrap.access_declarations import ACCESS_SETTINGS
from seatrial.bootstrap.declared import Declared
from seatrial.bootstrap.orchestration_declarations import ORCHESTRATION_SETTINGS
from seatrial.bootstrap.service_declarations import SERVICE_SETTINGS
from seatrial.bootstrap.venue_declarations import VENUE_SETTINGS

SETTINGS: tuple[Declared, ...] = (
    Declared(
        "stage",
        parsing.STAGE,
        "dev",
        "which credentials and limits exist",
        ("ENVIRONMENT", "APP__STAGE"),
        in_file=False,
    ),
    Declared("mode", parsing.MODE, "sim", "what an order does"),
    Declared("config", parsing.TEXT, "config", "the folder of the stage files and the risk limits", in_file=False),
    Declared("data", parsing.TEXT, "", "a folder of recorded markets; empty means the built-in synthetic market"),
    Declared("trades", parsing.TEXT, "", "recorded trades that local venues live through and build bars from: a file"),
    Declared("catalog", parsing.TEXT, "catalog", "the folder that `seatrial data` keeps market data in"),
    Declared("actions", parsing.TEXT, "", "splits and dividends that the local Alpaca lives through: a file of them"),
    Declared("state", parsing.TEXT, "data", "the folder of journals, venue stores and run files"),
    Declared("evidence", parsing.TEXT, "evidence", "the folder of the evidence chains, one per stage"),
    Declared("speed", parsing.SPEED, "60", "seconds of market time in one second"),
    Declared("seed", parsing.SEED, "1", "what faults and synthetic markets are drawn from"),
    Declared("host", parsing.TEXT, "127.0.0.1", "the address every door listens on"),
    # ------------------------------------------------------------------ doors
    Declared("ports.market_data", parsing.PORT, "5001", "market data", ("MARKET_DATA_PORT",)),
    Declared("ports.execution", parsing.PORT, "5002", "orders and positions", ("EXECUTION_PORT",)),
    Declared("ports.execution_alias", parsing.PORT, "8002", "the second port of execution"),
    Declared("ports.watch", parsing.PORT, "5003", "the second pair of eyes", ("RISK_MANAGER_PORT",)),
    Declared("ports.observability", parsing.PORT, "8000", "health and metrics", ("METRICS_PORT",)),
    Declared("ports.signals", parsing.PORT, "8001", "strategies and signals"),
    Declared("ports.orchestrator", parsing.PORT, "8003", "runs"),
    Declared("ports.dashboard", parsing.PORT, "3000", "the dashboard", ("DASHBOARD_PORT",)),
    Declared("ports.alpaca", parsing.PORT, "6001", "the emulated Alpaca"),
    Declared("ports.binance", parsing.PORT, "6002", "the emulated Binance"),
    Declared("ports.coingecko", parsing.PORT, "6003", "the emulated CoinGecko"),
    *ACCESS_SETTINGS,
    # ------------------------------------------------------------------- logs
    Declared("release.policy", parsing.TEXT, "default", "the policy releases move by: default, solo or a file"),
    Declared("release.test_command", parsing.TEXT, "make test", "what the gate `build_tests` runs in this folder"),
    Declared("logs.folder", parsing.TEXT, "logs", "where JSON logs go"),
    Declared("logs.level", parsing.LEVEL, "INFO", "the least severe record kept", ("LOG_LEVEL", "LOGGING__LEVEL")),
    Declared("logs.format", parsing.JSON_ONLY, "json", "how a record is written; there is one way"),
    Declared("logs.outputs", parsing.OUTPUTS, "stdout,file", "where records go: the process's console, files or both"),
    Declared("logs.file", parsing.TEXT, "", "one more file with every record of the platform; empty for none"),
    Declared("logs.rotation", parsing.ROTATION, "size", "what begins a new file: its size, the day, or logrotate"),
    Declared("logs.max_size_mb", parsing.COUNT, "100", "a log file's size before it is rotated, in MB"),
    Declared("logs.max_backups", parsing.COUNT, "10", "rotated log files kept"),
    # ---------------------------------------------------------------- storage
    Declared("backups", parsing.TEXT, "backups", "the folder that backups are made in"),
    Declared(
        "journal.url", parsing.DATABASE, "", "postgresql://... ; empty means SQLite in `state`", ("DATABASE_URL",)
    ),
    Declared("journal.path", parsing.TEXT, "", "the SQLite file of the journal; empty means events.db in `state`"),
    # ---------------------------------------------------------------- trading
    Declared("trading.venues", parsing.VENUES, "alpaca,binance", "the venues traded on", ("QT_EXECUTION_EXCHANGE",)),
    Declared(
        "strategies.alpaca", parsing.PATHS, "strategies/trend.py", "strategies trading on Alpaca, one file or several"
    ),
    Declared("strategies.binance", parsing.PATHS, "strategies/coins.py", "the same on Binance"),
    Declared("symbols.alpaca", parsing.SYMBOLS, "", "what each of them trades; empty means what it names itself"),
    Declared("symbols.binance", parsing.SYMBOLS, "", "the same on Binance"),
    *VENUE_SETTINGS,
    *SERVICE_SETTINGS,
    *ORCHESTRATION_SETTINGS,
    # -------------------------------------------------------------- emulators
    Declared("emulators.cash_alpaca", parsing.MONEY, "100000", "opening cash of the emulated Alpaca, in USD"),
    Declared("emulators.cash_binance", parsing.MONEY, "100000", "opening cash of the emulated Binance, in USDT"),
    Declared("emulators.key", parsing.SECRET, "", "API key of both emulators; empty means one derived from the seed"),
    Declared("emulators.secret", parsing.SECRET, "", "API secret of both emulators; empty means the same"),
    Declared("emulators.listen_keys", parsing.BOOLEAN, "false", "play the listenKeys that Binance removed in 2026"),
    Declared(
        "emulators.answers",
        parsing.Kind("last or any", parsing.one_of("last", "any")),
        "last",
        "Binance's answer to an order comes after its events, or before or after them by lot",
    ),
)

BY_NAME = {declared.name: declared for declared in SETTINGS}

# Flags of the runbooks that are not settings of their own: modes.py and stages decide what they mean.
FLAGS = ("DRY_RUN", "ALPACA_PAPER", "QT_EXECUTION_BINANCE_TESTNET", "STAGING_MODE")

# Our own variables that are read elsewhere and therefore known.
OTHER_VARIABLES = ("SEATRIAL_CACHE", "SEATRIAL_COMPLETE", "SEATRIAL_SUPERVISED")
