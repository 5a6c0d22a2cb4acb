"""Every error Seatrial raises, as one tree. Read it before catching anything.

    SeatrialFault
    ├── ConfigurationFault          the start is refused; the message names the setting and the accepted values
    │   ├── UnknownSetting
    │   ├── BadSetting
    │   ├── LiveCredentialOutsideProd
    │   ├── PortTaken
    │   ├── WrongSchema             the database is older or newer than this code
    │   └── UnsafeInterpreter       python -O strips the assertions the core relies on
    ├── DataFault                   a file of market data is refused; names file, row and rule
    │   ├── NoData
    │   └── OffGrid                 a number lies between two grid points of its instrument
    ├── RequestFault                a caller's input is refused; names the field and the accepted values
    ├── JournalFault                the journal could not promise durability; trading stops
    │   ├── JournalCorrupt
    │   └── JournalFenced           another process owns this journal now
    ├── EvidenceFault               a record, signature or bundle of evidence is refused; names what differs
    │   └── EvidenceMoved           somebody wrote between reading and writing: read again, decide again
    ├── VenueFault                  something between us and the venue
    │   ├── VenueUnavailable        transient: retry a *question*, never an order
    │   ├── VenueRefused            the venue understood and said no
    │   └── VenueUnreadable         the venue answered something that is not its protocol
    ├── InvariantBroken             a promise of ARCHITECTURE.md does not hold; names the promise
    └── Crashed                     simulation only: this process generation is dead

Expected refusals (risk, sizing) are values, not exceptions: see `facts.Refused`.
"""

from __future__ import annotations


class SeatrialFault(Exception):
    """Root of the tree. Its text is one clear sentence that says what to do next."""


class ConfigurationFault(SeatrialFault):
    """The configuration cannot be understood or is unsafe, so nothing starts."""


class UnknownSetting(ConfigurationFault):
    """A setting that does not exist. Never ignored: it may be a misspelt limit."""


class BadSetting(ConfigurationFault):
    """A value outside the accepted ones, such as an unparsable boolean."""


class LiveCredentialOutsideProd(ConfigurationFault):
    """A live key was found in the environment of a stage that must not hold one."""


class PortTaken(ConfigurationFault):
    """Another process listens on a port we need; the message names it."""


class WrongSchema(ConfigurationFault):
    """The database is older or newer than this code; the message names the command to run."""


class UnsafeInterpreter(ConfigurationFault):
    """Python runs with assertions stripped, which the core must not do."""


class DataFault(SeatrialFault):
    """Market data that breaks a rule. The message names file, row and rule."""


class NoData(DataFault):
    """The folder or the span asked for holds nothing."""


class OffGrid(DataFault):
    """A number that is not on its instrument's grid. Refused, never rounded."""


class RequestFault(SeatrialFault):
    """A caller's input that is refused.

    `field` is the name the caller used; `accepted` says in words what would have been right.
    """

    def __init__(self, field: str, accepted: str, was: object = None) -> None:
        self.field = field
        self.accepted = accepted
        self.was = was
        super().__init__(f"{field}: accepted is {accepted}, was {was!r}")


class JournalFault(SeatrialFault):
    """The journal cannot promise durability. The process must end."""


class JournalCorrupt(JournalFault):
    """A stored entry does not decode or does not follow its predecessor."""


class JournalFenced(JournalFault):
    """A newer process has opened this journal for writing."""


class EvidenceFault(SeatrialFault):
    """Evidence that cannot be written, read or believed. Nothing is promoted on it."""


class EvidenceMoved(EvidenceFault):
    """The chain has grown since the writer read it, so its decision is void. Read again, decide again."""


class VenueFault(SeatrialFault):
    """Something went wrong between us and a venue."""


class VenueUnavailable(VenueFault):
    """No usable answer. A question may be asked again; an order becomes `unknown`."""


class VenueUnreachable(VenueUnavailable):
    """No connection could be opened, so not a byte was sent: a command surely did not arrive."""


class VenueRefused(VenueFault):
    """The venue understood the request and said no."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code}: {reason}")


class VenueUnreadable(VenueFault):
    """The venue answered with something its protocol does not contain."""


class InvariantBroken(SeatrialFault):
    """A promise of ARCHITECTURE.md does not hold. `promise` names which."""

    def __init__(self, promise: str, detail: str) -> None:
        self.promise = promise
        self.detail = detail
        super().__init__(f"{promise}: {detail}")


class Crashed(SeatrialFault):
    """Simulation only: the generation of the process that runs this line was killed."""
