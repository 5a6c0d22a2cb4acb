"""Orders and bars in the words of a blotter, for both books of the venue kernel."""

from __future__ import annotations

from seatrial.core import matching
from seatrial.core.book import Book, Execution, PlainBook
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS

AnyBook = Book | PlainBook
BOOKS = (Book, PlainBook)
MARKS = {
    "opening": matching.OPENING,
    "closing": matching.CLOSING,
    "extended": matching.EXTENDED,
    "halted": matching.HALTED,
}


def place(book: AnyBook, text: str, number: int = 1) -> None:
    """`buy 5 stop_limit 103 105 ioc`: side, quantity, type, its prices (stop before limit), and further words."""
    side, qty, kind, *rest = text.split()
    prices = [int(word) for word in rest if word.isdigit()]
    words = [word for word in rest if not word.isdigit()]
    tifs = [TimeInForce[word.upper()] for word in words if word.upper() in TimeInForce.__members__]
    until = [int(word.removeprefix("gtd:")) for word in words if word.startswith("gtd:")]
    book.add(
        number,
        side=Side[side.upper()],
        type=OrderType[kind.upper()],
        qty_units=int(qty),
        limit_units=prices[-1] if "limit" in kind else 0,
        stop_units=prices[0] if "stop" in kind else 0,
        time_in_force=TimeInForce.GTD if until else (tifs or [TimeInForce.GTC])[0],
        expires_ns=until[0] * MINUTE_NS // 60 if until else 0,
        post_only="post_only" in words,
        extended_hours="extended_hours" in words,
        if_touched="if_touched" in words,
    )


def live_through(book: AnyBook, bar: str, *, impact_ppm: int = 0, start_ns: int = 0) -> list[list[Execution]]:
    """`100 104 98 101 400 opening`: open, high, low, close, volume and marks. What each of the four prints did."""
    words = bar.split()
    open_, high, low, close, volume = (int(word) for word in words[:5])
    marks = sum(MARKS[word] for word in words[5:])
    return [
        book.on_print(
            price_units=matching.print_price(open_, high, low, close, index),
            volume_units=matching.print_volume(volume, 1, index),
            jumped=index == 0,
            at_ns=matching.print_at_ns(start_ns, start_ns + MINUTE_NS, index),
            phase=matching.print_phase(marks, index),
            slope_units=matching.slope_units(impact_ppm, high, low),
        )
        for index in range(matching.PRINTS_PER_BAR)
    ]


def told(prints: list[list[Execution]]) -> str:
    """`5@100m 3!expired`: trades (m for the maker) and ends with their status; `-` for a print that did nothing."""
    texts = []
    for print_ in prints:
        words = []
        for one in print_:
            if one.qty_units:
                words.append(f"{one.qty_units}@{one.price_units}{'m' * one.maker}")
            if one.ended is not None:
                words.append(f"{one.left_units}!{one.ended.name.lower()}")
        texts.append(" ".join(words) or "-")
    while len(texts) > 1 and texts[-1] == "-":
        texts.pop()
    return " ".join(texts)
