"""`seatrial connect check`: an account at a venue, looked at by questions alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seatrial.bootstrap.accounts import VENUES
from seatrial.bootstrap.addresses import host_of, is_live_host, is_paper_host
from seatrial.bootstrap.ccxt_link import ccxt_of
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.credentials import PAPER_SETTINGS, uses_own_venues
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.links import Line, adapter_of, http_client
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.symbols import SHOWN, traded_symbols
from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.market.instruments import instrument_of
from seatrial.venues.ccxt.exchange import PREFIX
from seatrial.venues.examination import Examination, Reading, Steps, Verdict
from seatrial.venues.standing import Examinable

Say = Callable[[str, Reading], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one connection. `address` names the venue's endpoint and what it is."""

    venue: str
    address: str
    lines: Sequence[Reading]

    @property
    def passed(self) -> bool:
        return all(line.verdict is not Verdict.FAILED for line in self.lines)


def check_connections(settings: Settings, venues: Sequence[str], symbols: Sequence[str], say: Say) -> list[Checked]:
    """Look at the accounts of this mode, one after the other; of the venues that are traded where none is named.

    Raises:
        ConfigurationFault: the mode needs an account there is not; names the variables.
        RequestFault: not a venue, or not a symbol of it.
    """

    async def main() -> list[Checked]:
        return [await _check(settings, venue, symbols, say) for venue in venues or _traded(settings)]

    return asyncio.run(main())


async def _check(settings: Settings, venue: str, symbols: Sequence[str], say: Say) -> Checked:
    if venue not in VENUES and not venue.startswith(PREFIX):
        raise RequestFault("venue", f"one of {', '.join(VENUES)} or {PREFIX}NAME", venue)
    own = uses_own_venues(settings)
    instruments = [instrument_of(symbol) for symbol in _symbols(settings, venue, symbols)]
    rest = _rest(settings, venue)
    address = _address(settings, venue, rest)
    clock = WallClock()
    async with http_client(outside=not own, logged=False) as http:
        build = ccxt_of if venue.startswith(PREFIX) else adapter_of
        connection: Examinable = build(settings, venue, instruments, Line(clock, http, name="check"))
        say(venue, Reading("address", Verdict.OK, address))
        theirs = not own and (venue.startswith(PREFIX) or _is_theirs(rest))
        examination = Examination(
            connection, clock, _steps(settings, venue), told_clock=theirs, say=lambda line: say(venue, line)
        )
        try:
            lines = await examination.run([each.symbol for each in instruments])
        finally:
            await connection.close()
    return Checked(venue, address, [Reading("address", Verdict.OK, address), *lines])


def _traded(settings: Settings) -> list[str]:
    return [venue for venue in VENUES if venue in settings.values["trading.venues"]]


def _symbols(settings: Settings, venue: str, named: Sequence[str]) -> list[Symbol]:
    ours = [symbol for symbol in named if str(instrument_of(symbol).venue) == _kind(venue)]
    if named and not ours:
        raise RequestFault("symbols", f"symbols of {venue}", ", ".join(named))
    return [Symbol(symbol) for symbol in ours or _usual(settings, venue)]


def _kind(venue: str) -> str:
    """Which of our venues lists the same symbols: through ccxt it is pairs of coins."""
    return "binance" if venue.startswith(PREFIX) else venue


def _rest(settings: Settings, venue: str) -> str:
    """The address of the venue's API; empty on local venues, and where ccxt knows it."""
    own = uses_own_venues(settings) or venue.startswith(PREFIX)
    return "" if own else str(settings.values[f"{venue}.base_url"])


def _usual(settings: Settings, venue: str) -> Sequence[str]:
    venue = _kind(venue)
    try:
        return traded_symbols(settings, venue) or SHOWN[venue]
    except ConfigurationFault:  # a strategy that does not load is the doctor's to tell; an account is looked at here
        return SHOWN[venue]


def _is_theirs(rest: str) -> bool:
    """A host of the venue's own, whose clock is the wall's."""
    return is_paper_host(host_of(rest)) or is_live_host(host_of(rest))


def _address(settings: Settings, venue: str, rest: str) -> str:
    if venue.startswith(PREFIX) and not uses_own_venues(settings):
        return f"the sandbox of {venue.removeprefix(PREFIX)}, as ccxt knows it"
    if not rest:
        at = f"{settings.host}:{getattr(settings.ports, _kind(venue))}"
        return f"the emulated {_kind(venue)} at {at}, as mode is {settings.mode}; --mode paper for your own"
    kind = "its paper account" if venue == "alpaca" else "its testnet"
    return f"{host_of(rest)}, {kind if is_paper_host(host_of(rest)) else 'an address of yours'}"


def _steps(settings: Settings, venue: str) -> Steps:
    """What to do, in the words of the variables and hosts of this installation."""
    if uses_own_venues(settings):
        start = (
            "start the local venues with seatrial up or seatrial emulate; for a paper account of your own: --mode paper"
        )
        return Steps(start, start, start, start, "name what the local venue lists, with --symbols", start)
    through_ccxt = venue.startswith(PREFIX)
    names = " and ".join(BY_NAME[name].known_as for name in PAPER_SETTINGS["ccxt" if through_ccxt else venue])
    host = "the exchange" if through_ccxt else host_of(settings.values[f"{venue}.base_url"])
    page = "Alpaca's dashboard" if venue == "alpaca" else "the sandbox's page of API keys"
    return Steps(
        unreachable=f"see whether {host} is reachable from here; proxies of the environment apply",
        keys=f"take a new pair from {page} and set {names}; keys of a live account do not open this one",
        account=f"see {page}: the account, its permissions, and the addresses its keys may be used from",
        clock="set this machine's clock (NTP); until then every signature is corrected by the difference",
        symbol="name what the venue lists, with --symbols",
        stream="see whether WebSockets pass the proxy or firewall, and whether another program holds the one "
        "connection that the account has",
    )
