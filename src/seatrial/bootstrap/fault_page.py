"""`docs/reference/faults.md`, from the catalogue itself."""

# ruff: noqa: E501  -- a row of a markdown table is one line

from __future__ import annotations

from seatrial.emulators.faults.catalogue import CATALOGUE

HEAD = """# Faults

What the local venues can do wrong on purpose. This page is `faults_page()` of `seatrial.bootstrap.fault_page`; a test compares them.

A fault is set by file (`seatrial emulate --faults FILE`, also `seatrial seal`), live (`seatrial fault add KIND NAME=VALUE ...`), or over the
control door of a venue. The same seed and the same traffic give the same faults, and each strike is a line of the operation history.

| kind | where | beside the common parameters | what a client meets |
|---|---|---|---|
"""

TAIL = """
## Parameters

| parameter | accepted | means |
|---|---|---|
| `name` | a text | how it is removed and found in the history; the kind where it is left out |
| `kind` | a kind of the table above | |
| `venue` | `alpaca`, `binance`, `coingecko` | only there; both venues read one file |
| `probability` | 0 to 1 | of each strike, from the seed (1) |
| `count_max` | 0 or more | it strikes so often and no more; 0 has no limit (0) |
| `after_ms`, `for_ms` | 0 to 604800000 | in force so long after it was set, and for how long; 0 lasts until it is removed (0, 0) |
| `account` | a name | whose requests, streams and answers; `local` is the account of `seatrial emulate` |
| `symbol` | a symbol | only what names it: in path, query, body or message |
| `path`, `method` | a prefix; `GET`, `POST`, `DELETE`, `WS` | which door; a request in a frame of Binance's WS-API is `WS /ws-api/v3/order.place` and the like |
| `stream` | `trade_updates`, `market_data` (Alpaca), `userData`, `market` (Binance) | which stream |
| `what` | a part of a message's name | such as `partial_fill`, `q`, `executionReport TRADE`, `btcusdt@depth` |
| `latency_ms`, `jitter_ms` | 0 to 600000 | a wait, and how much more of it at most (0, 0) |
| `when` | `before`, `after` | the request is applied, or the message sent (`before`) |
| `status` | 500 to 599; 400 to 599 of `html_error` | of the answer (503; 403) |
| `retry_after_s` | 0 to 259200 | of 429 and 418 (1) |
| `skew_ms` | -86400000 to 86400000 | how far the clock is off; positive is ahead (0) |

A parameter that a kind does not take is refused, with row, field and what is accepted: it would do nothing.

## A file

```toml
[[faults]]
name = "orders vanish now and then"
kind = "lost_ack"
method = "POST"
probability = 0.05

[[faults]]
name = "one deaf minute"
kind = "stream_mute"
stream = "trade_updates"
after_ms = 60000
for_ms = 60000
```

## The control door

On the venue's own port, from this machine only, and never from a web page.

| door | does |
|---|---|
| `GET /control/faults` | the script, and how often each fault struck |
| `POST /control/faults` | `{"faults": [...]}` adds; a name that is set already is set anew |
| `PUT /control/faults` | replaces the script |
| `DELETE /control/faults`, `/control/faults/NAME` | takes all away, or one |
| `GET /control/faults/kinds` | this catalogue |
| `GET /control/history?from=N` | the operation history after number N |

## The operation history

One JSON line each. The newest 200,000 can be asked for, whatever memory holds of them, and with `--history FOLDER` a
file for each venue has them all. `seq` counts from one.

| `op` | carries |
|---|---|
| `request`, `answer` | `request` ties the two; `what` is method and path, `status` the answer's; `data` the parameters of whatever changes something, without key and signature |
| `event` | what the venue told an account of its orders, in `data`, written before anybody hears it or a fault keeps it from them |
| `fault`, `control` | which fault struck what; who changed the script |
| `accepted`, `executed`, `canceled`, ... | what the venue did, with `account` and `client_order_id` |

Market data is not written down: only the faults that strike it are.

## What is not so

* Pings are answered while a stream is mute: that is the point of the drill. A peer that answers no ping is `half_close`.
* Behind `seatrial seal` the TLS door ends a half-closed connection altogether.
* Stale quotes are as a client first saw them after the fault was set; a depth stream says nothing meanwhile.
* In process, without sockets, a dropped connection is the exception that a client would see, and a half-closed one is silent.
"""


def faults_page() -> str:
    """The page, as markdown."""
    rows = [
        f"| `{kind}` | {card.where} | {', '.join(f'`{name}`' for name in card.takes)} | {card.meets} |"
        for kind, card in CATALOGUE.items()
    ]
    return HEAD + "\n".join(rows) + "\n" + TAIL
