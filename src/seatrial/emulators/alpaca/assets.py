"""What the venue lists: each instrument with the facts that no instrument knows, by symbol and by asset id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.domain.ids import Symbol, VenueName
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.money import Currency, parse_units, units_text
from seatrial.emulators.alpaca.identity import asset_uuid

MAINTENANCE_PERCENT = 30
COIN_SCALE = 10**9


@dataclass(frozen=True, slots=True)
class Listing:
    """Facts about one asset. The exchange is a value clients accept; where a share is listed nobody recorded."""

    exchange: str = "NASDAQ"
    name: str = ""
    fractionable: bool = True
    marginable: bool = True
    easy_to_borrow: bool = True
    tradable: bool = True


SHARE_LISTING = Listing()
COIN_LISTING = Listing(exchange="CRYPTO", marginable=False, easy_to_borrow=False)


class Listings:
    """Every asset of the venue.

    Args:
        instruments: what the market trades, by symbol.
        facts: what is known beyond that; shares are fractionable and easy to borrow unless it says otherwise.
    """

    def __init__(self, instruments: Mapping[Symbol, Instrument], facts: Mapping[str, Listing]) -> None:
        self.instruments = instruments
        self._facts = facts
        self._by_id = {asset_uuid(symbol): instrument for symbol, instrument in instruments.items()}
        self._by_joined = {symbol.replace("/", ""): one for symbol, one in instruments.items() if "/" in symbol}

    def find(self, wanted: str) -> Instrument | None:
        """By symbol or by asset id; `BTCUSD` finds `BTC/USD`, since a path cannot carry a slash."""
        found = self.instruments.get(Symbol(wanted))
        return found or self._by_joined.get(wanted) or self._by_id.get(wanted)

    def of(self, instrument: Instrument) -> Listing:
        """The facts about one."""
        given = self._facts.get(instrument.symbol)
        return given or (COIN_LISTING if is_coin(instrument) else SHARE_LISTING)

    def shape(self, instrument: Instrument) -> dict[str, object]:
        """An asset as JSON members."""
        listing = self.of(instrument)
        told: dict[str, object] = {
            "id": asset_uuid(instrument.symbol),
            "class": "crypto" if is_coin(instrument) else "us_equity",
            "exchange": listing.exchange,
            "symbol": instrument.symbol,
            "name": listing.name or instrument.symbol,
            "status": "active",
            "tradable": listing.tradable,
            "marginable": listing.marginable,
            "shortable": instrument.shortable,
            "easy_to_borrow": instrument.shortable and listing.easy_to_borrow,
            "fractionable": listing.fractionable,
            "maintenance_margin_requirement": 100 if is_coin(instrument) else MAINTENANCE_PERCENT,
            "attributes": [] if is_coin(instrument) else _attributes(listing),
        }
        if is_coin(instrument):
            told["min_order_size"] = instrument.qty_text(instrument.qty_min_units)
            told["min_trade_increment"] = instrument.qty_text(instrument.lot_units)
            told["price_increment"] = units_text(instrument.tick_units, instrument.price_scale)
        return told


def _attributes(listing: Listing) -> list[str]:
    """Shares trade overnight, as all that the national market system lists do at Alpaca."""
    return ["fractional_eh_enabled", "overnight_tradable"] if listing.fractionable else ["overnight_tradable"]


def is_coin(instrument: Instrument) -> bool:
    """Whether it trades around the clock and cannot be borrowed."""
    return instrument.asset_class is AssetClass.CRYPTO


def alpaca_coin(base: str, *, tick: str = "0.01", lot: str = "0.000000001", least: str = "0.0001") -> Instrument:
    """A coin against the dollar as Alpaca trades it: `BTC/USD`, nine decimals, around the clock."""
    return Instrument(
        symbol=Symbol(f"{base}/USD"),
        venue=VenueName("alpaca"),
        asset_class=AssetClass.CRYPTO,
        base=Currency(base),
        quote=Currency("USD"),
        price_scale=COIN_SCALE,
        qty_scale=COIN_SCALE,
        tick_units=parse_units(tick, COIN_SCALE),
        lot_units=parse_units(lot, COIN_SCALE),
        qty_min_units=parse_units(least, COIN_SCALE),
        notional_min_units=0,
        calendar="24x7",
        shortable=False,
        fee_ppm=0,
        fee_in_base_on_buy=False,
    )
