"""The order path of an emulated Binance, one order at a time: filters, reservations, matching, fees, store, history."""

from __future__ import annotations

from benchmarks import turn


def main() -> None:
    """A venue afresh for each turn; making it and its drafts is not timed."""
    asked = turn.arguments()
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.order_book.venue_day import VenueDay

    days: list[VenueDay] = []

    def before() -> None:
        days[:] = [VenueDay(asked.size, asked.seed)]

    def live() -> dict[str, object]:
        return days[0].live()

    turn.serve(live, count=asked.size, packages=("msgspec",), before=before)


if __name__ == "__main__":
    main()
