"""GET /v1/corporate-actions: splits and dividends by symbol and ex-date, in pages, as the real venue lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.queries import choice_of, date_of, list_of, text_of, whole_of

LIMIT_DEFAULT = 100
LIMIT_MAX = 1_000
KINDS = {"forward_split": "forward_splits", "reverse_split": "reverse_splits", "cash_dividend": "cash_dividends"}


@dataclass(frozen=True, slots=True)
class ListedAction:
    """One entry. A split has rates, a dividend a rate of dollars a share."""

    kind: str  # a key of KINDS
    symbol: str
    ex_date: str  # YYYY-MM-DD
    new_rate: Decimal = Decimal(1)
    old_rate: Decimal = Decimal(1)
    rate: Decimal = Decimal(0)

    @property
    def is_split(self) -> bool:
        """Whether shares become others; else cash is paid."""
        return self.kind != "cash_dividend"

    @property
    def ratio(self) -> Fraction:
        """New shares for one old."""
        return Fraction(self.new_rate) / Fraction(self.old_rate)

    def shape(self, number: int) -> dict[str, object]:
        """As the venue writes it: rates are JSON numbers."""
        told: dict[str, object] = {"id": f"action-{number}", "symbol": self.symbol}
        told |= {"ex_date": self.ex_date, "process_date": self.ex_date}
        if self.kind == "cash_dividend":
            return {**told, "rate": float(self.rate), "special": False, "foreign": False}
        return {**told, "new_rate": float(self.new_rate), "old_rate": float(self.old_rate)}


def action_doorways(listed: Sequence[ListedAction]) -> list[Doorway]:
    """The door, over a fixed list."""
    ordered = sorted(listed, key=lambda each: (each.ex_date, each.symbol, each.kind))

    async def endpoint(request: Request, _: str) -> Response:
        query = request.query_params
        symbols, kinds = list_of(query, "symbols"), list_of(query, "types") or list(KINDS)
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise RequestFault("types", ", ".join(KINDS), unknown[0])
        start, end = date_of(query, "start"), date_of(query, "end") or "9999-12-31"
        limit = whole_of(query, "limit", default=LIMIT_DEFAULT, least=1, most=LIMIT_MAX)
        choice_of(query, "sort", ("asc", "desc"))
        token = text_of(query, "page_token")
        if token and not token.isdecimal():
            raise RequestFault("page_token", "the next_page_token of an earlier answer", token)
        found = [
            (number, each)
            for number, each in enumerate(ordered)
            if number >= int(token or 0)
            and each.kind in kinds
            and (not symbols or each.symbol in symbols)
            and start <= each.ex_date <= end
        ]
        shown: dict[str, list[dict[str, object]]] = {}
        for number, each in found[:limit]:
            shown.setdefault(KINDS[each.kind], []).append(each.shape(number))
        more = str(found[limit][0]) if len(found) > limit else None
        return answer({"corporate_actions": shown, "next_page_token": more})

    return [Doorway("/v1/corporate-actions", endpoint)]
