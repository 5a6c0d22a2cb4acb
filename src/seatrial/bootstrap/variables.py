"""Every environment variable that is known: what carries a setting, what tightens a limit, what a later room reads.

`seatrial doctor` lists them with their meaning. A test holds the table against the list of the runbooks.
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.bootstrap import edge_formats, parsing
from seatrial.bootstrap.declarations import SETTINGS
from seatrial.bootstrap.parsing import Kind

FILE_SUFFIX = "_FILE"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `leads_to` is the setting or limit it acts on; empty where nothing reads it yet."""

    name: str
    meaning: str
    kind: Kind = parsing.TEXT
    leads_to: str = ""

    @property
    def secret(self) -> bool:
        """Its value is never shown, and `NAME_FILE` may carry it."""
        return self.kind.secret


SWITCHES = (
    Variable("DRY_RUN", "true: no order reaches real money", parsing.BOOLEAN, "mode"),
    Variable("ALPACA_PAPER", "true: orders go to the paper account at most", parsing.BOOLEAN, "mode"),
    Variable("QT_EXECUTION_BINANCE_TESTNET", "true: orders go to the testnet at most", parsing.BOOLEAN, "mode"),
    Variable("STAGING_MODE", "true: the stage is staging", parsing.BOOLEAN, "stage"),
)
TIGHTENERS = (
    Variable("MAX_DAILY_LOSS", "tightens max_daily_loss", parsing.MONEY, "limits.max_daily_loss_units"),
    Variable(
        "MAX_POSITION_SIZE",
        "tightens max_notional_per_position",
        parsing.MONEY,
        "limits.max_notional_per_position_units",
    ),
    Variable(
        "CIRCUIT_BREAKER_ENABLED",
        "true switches the breaker on; false switches nothing off",
        parsing.BOOLEAN,
        "limits.breaker_enabled",
    ),
)
DATABASE_TYPES = Kind("postgresql, sqlite or duckdb", parsing.one_of("postgresql", "postgres", "sqlite", "duckdb"))
DATABASE_PARTS = (
    Variable("DATABASE_TYPE", "which database DATABASE_PATH and POSTGRES_* speak of", DATABASE_TYPES, "journal.url"),
    Variable("DATABASE_PATH", "the journal's SQLite file, or the DuckDB file of metrics", parsing.TEXT, "journal.path"),
    Variable("POSTGRES_HOST", "host of the journal's database", parsing.TEXT, "journal.url"),
    Variable("POSTGRES_PORT", "its port", parsing.PORT, "journal.url"),
    Variable("POSTGRES_DB", "its name", parsing.TEXT, "journal.url"),
    Variable("POSTGRES_USER", "its user", parsing.TEXT, "journal.url"),
    Variable("POSTGRES_PASSWORD", "its password", parsing.SECRET, "journal.url"),
    Variable("DB_PASSWORD", "the same", parsing.SECRET, "journal.url"),
    Variable("STAGING_DB_PASSWORD", "the same, in stage staging only", parsing.SECRET, "journal.url"),
)


def _gate(word: str) -> tuple[Variable, Variable]:
    return (
        Variable(f"{word}_BASIC_AUTH_USER", f"who may see {word.title()} at the edge"),
        Variable(f"{word}_BASIC_AUTH_HASH", "bcrypt hash of the password, $ doubled in env files", edge_formats.BCRYPT),
    )


LATER = (
    Variable("EMAIL__PASSWORD", "password of the mailbox that sends alerts", parsing.SECRET),
    Variable("SLACK_WEBHOOK_URL", "where alerts for the team channel go", parsing.SECRET),
    Variable("LLM_API_KEY", "key of the language model that reads text signals", parsing.SECRET),
    Variable("REDIS_HOST", "host of Redis; the bus of this version lives in the process"),
    Variable("REDIS_PASSWORD", "password of Redis", parsing.SECRET),
    Variable("VITE_API_URL", "where a page asks; ours asks the host it came from"),
    Variable("API_HOST", "public name of the API behind the edge"),
    Variable("GRAFANA_HOST", "public name of Grafana"),
    Variable("PROMETHEUS_HOST", "public name of Prometheus"),
    Variable("ALERTMANAGER_HOST", "public name of Alertmanager"),
    Variable("TLS_EMAIL", "address the certificate authority writes to"),
    Variable("TLS_CERT_MODE", "internal, empty for ACME, or an e-mail address", edge_formats.CERTIFICATE),
    Variable("ACME_CA", "directory of the certificate authority; empty for the production one", edge_formats.AUTHORITY),
    *_gate("GRAFANA"),
    *_gate("PROMETHEUS"),
    *_gate("ALERTMANAGER"),
    Variable("GRAFANA_PASSWORD", "password of Grafana's admin", parsing.SECRET),
    Variable("AWS_ROLE_ARN", "the role that deploys", edge_formats.ROLE_ARN),
    Variable("AWS_REGION", "where it deploys"),
)

CARRIERS = tuple(
    Variable(variable, declared.meaning, declared.kind, declared.name)
    for declared in SETTINGS
    for variable in declared.variables
)
KNOWN = {each.name: each for each in (*LATER, *DATABASE_PARTS, *TIGHTENERS, *SWITCHES, *CARRIERS)}
SECRETS = tuple(each for each in KNOWN.values() if each.secret)
