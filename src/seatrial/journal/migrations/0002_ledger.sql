-- 0002: grids frozen with the journal, lots, trade events, and the records of rooms beside the order path.

CREATE TABLE instruments (
    symbol TEXT PRIMARY KEY,
    venue TEXT NOT NULL,
    quote TEXT NOT NULL,
    price_scale BIGINT NOT NULL,
    qty_scale BIGINT NOT NULL,
    value_div BIGINT NOT NULL
);

CREATE TABLE lots (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    opened_seq BIGINT NOT NULL,
    opened_ns BIGINT NOT NULL,
    client_order_id TEXT,
    execution_id TEXT,
    qty_units BIGINT NOT NULL,
    open_units BIGINT NOT NULL,
    price_units BIGINT,
    cost_units BIGINT,
    realized_units BIGINT,
    closed_seq BIGINT,
    closed_ns BIGINT,
    PRIMARY KEY (account, symbol, opened_seq)
);

CREATE INDEX lots_open ON lots (account, symbol, opened_seq) WHERE open_units <> 0;

CREATE TABLE trade_events (
    seq BIGINT NOT NULL,
    part BIGINT NOT NULL,
    timestamp TEXT NOT NULL,
    event TEXT NOT NULL,
    account TEXT,
    symbol TEXT,
    client_order_id TEXT,
    side BIGINT,
    qty_units BIGINT,
    price_units BIGINT,
    detail TEXT NOT NULL,
    PRIMARY KEY (seq, part)
);

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    strategy TEXT NOT NULL,
    account TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    started_at TEXT NOT NULL,
    completed_at TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    body TEXT NOT NULL
);

CREATE INDEX runs_started ON runs (started_at);

CREATE TABLE signals (
    signal_id TEXT PRIMARY KEY,
    strategy TEXT NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    action TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX signals_decided ON signals (decided_at);

CREATE TABLE releases (
    release_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (release_id, stage)
);

CREATE TABLE evidence_index (
    stage TEXT NOT NULL,
    seq BIGINT NOT NULL,
    file TEXT NOT NULL,
    byte_offset BIGINT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    release_id TEXT,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (stage, seq)
);

CREATE TABLE seeded_trades (
    number BIGINT PRIMARY KEY,
    source TEXT NOT NULL,
    trader TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side BIGINT NOT NULL,
    qty_units BIGINT NOT NULL,
    price_units BIGINT NOT NULL,
    fee_units BIGINT NOT NULL,
    traded_at TEXT NOT NULL
);
