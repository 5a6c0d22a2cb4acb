-- 0001: the journal and what people read of it: orders, fills and positions.
-- Words both dialects know; `IF NOT EXISTS`, because journals from before schema_version have these tables.

CREATE TABLE IF NOT EXISTS journal (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    schema_version BIGINT NOT NULL,
    epoch TEXT NOT NULL,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS segments (
    number BIGINT PRIMARY KEY,
    first_seq BIGINT NOT NULL,
    core_digest TEXT NOT NULL,
    settings_digest TEXT NOT NULL,
    sealed_offset BIGINT
);

CREATE TABLE IF NOT EXISTS entries (
    seq BIGINT PRIMARY KEY,
    at_ns BIGINT NOT NULL,
    kind TEXT NOT NULL,
    segment BIGINT NOT NULL,
    market_offset BIGINT NOT NULL,
    fact TEXT NOT NULL,
    effects TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS snapshots (
    seq BIGINT PRIMARY KEY,
    digest TEXT NOT NULL,
    core_digest TEXT NOT NULL,
    settings_digest TEXT NOT NULL,
    body BYTEA NOT NULL
);

CREATE TABLE IF NOT EXISTS orders (
    client_order_id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side BIGINT NOT NULL,
    type BIGINT NOT NULL,
    time_in_force BIGINT NOT NULL,
    qty_units BIGINT NOT NULL,
    limit_units BIGINT NOT NULL,
    stop_units BIGINT NOT NULL,
    filled_units BIGINT NOT NULL,
    status BIGINT NOT NULL,
    venue_order_id TEXT,
    reason TEXT NOT NULL,
    allocation TEXT NOT NULL,
    owed TEXT NOT NULL,
    approved_seq BIGINT NOT NULL,
    updated_seq BIGINT NOT NULL,
    approved_ns BIGINT NOT NULL,
    updated_ns BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS fills (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    client_order_id TEXT NOT NULL,
    side BIGINT NOT NULL,
    qty_units BIGINT NOT NULL,
    price_units BIGINT NOT NULL,
    fee_units BIGINT NOT NULL,
    fee_currency TEXT NOT NULL,
    at_ns BIGINT NOT NULL,
    PRIMARY KEY (account, symbol, execution_id)
);

CREATE TABLE IF NOT EXISTS fill_shares (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    strategy TEXT NOT NULL,
    signed_units BIGINT NOT NULL,
    PRIMARY KEY (account, symbol, execution_id, strategy)
);

CREATE TABLE IF NOT EXISTS positions (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    qty_units BIGINT NOT NULL,
    updated_seq BIGINT NOT NULL,
    updated_ns BIGINT NOT NULL,
    PRIMARY KEY (account, symbol)
);
