"""How Alpaca says no: an HTTP status, a code and a message that bots match on (`venues.md` 2.1)."""

from __future__ import annotations

from seatrial.domain.faults import SeatrialFault

MALFORMED = 40010001
FORBIDDEN = 40310000
NOT_FOUND = 40410000
UNPROCESSABLE = 42210000
NOT_METHOD = 40510000
RATE = 42910000


class Refusal(SeatrialFault):
    """An answer that is not 2xx. `more` are further members of the JSON body."""

    def __init__(self, status: int, code: int | None, message: str, **more: object) -> None:
        self.status = status
        self.body: dict[str, object] = {"message": message, **more}
        if code is not None:
            self.body = {"code": code, **self.body}
        super().__init__(message)


def malformed(message: str) -> Refusal:
    """A missing or wrong field; the message says what is accepted."""
    return Refusal(422, MALFORMED, message)


def unprocessable(message: str, **more: object) -> Refusal:
    """Understood, but against a rule."""
    return Refusal(422, UNPROCESSABLE, message, **more)


def forbidden(message: str, **more: object) -> Refusal:
    """The account may not or cannot."""
    return Refusal(403, FORBIDDEN, message, **more)


def not_found(message: str) -> Refusal:
    """No such order, position or asset."""
    return Refusal(404, NOT_FOUND, message)


def unavailable_body(status: int) -> bytes:
    """The JSON of an injected 5xx."""
    return b'{"code":%d10000,"message":"internal server error occurred"}' % status
