"""One type per meaning: ours and theirs are never the same type.

Ids that reach a venue are pure functions of what they name, so a replay gives the same ones and a
resend after an unknown outcome meets the venue's own duplicate check.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NewType

Symbol = NewType("Symbol", str)
VenueName = NewType("VenueName", str)
AccountId = NewType("AccountId", str)
StrategyId = NewType("StrategyId", str)
ClientOrderId = NewType("ClientOrderId", str)
VenueOrderId = NewType("VenueOrderId", str)
ExecutionId = NewType("ExecutionId", str)
JournalEpoch = NewType("JournalEpoch", str)

CLIENT_ORDER_ID_LENGTH = 26  # 130 bits; Binance allows 36 characters, Alpaca 128


def derive_client_order_id(
    *,
    epoch: JournalEpoch,
    account: AccountId,
    batch_ns: int,
    symbol: Symbol,
    sequence: int,
    revision: int = 0,
) -> ClientOrderId:
    """The id under which an intent is sent: `base32(sha256(...))` in `[A-Z2-7]`.

    `batch_ns` is the decision time of the batch that led to the order, `sequence` the machine's
    order number and `revision` the replacement count.
    """
    text = "\x1f".join((epoch, account, str(batch_ns), symbol, str(sequence), str(revision)))
    digest = hashlib.sha256(text.encode()).digest()
    return ClientOrderId(base64.b32encode(digest).decode()[:CLIENT_ORDER_ID_LENGTH])
