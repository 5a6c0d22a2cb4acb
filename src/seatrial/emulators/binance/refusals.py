"""Every "no" of the venue, with its code, its exact text and its HTTP status.

Texts matter: ccxt matches them letter by letter. Source: the error table of the vendor's documentation
(`errors.md`) and bodies reported by users where the documentation gives only the code.
"""

from __future__ import annotations

from seatrial.domain.faults import SeatrialFault


class Refusal(SeatrialFault):
    """The venue says no. `status` is the HTTP status, also used as `status` of a WebSocket answer.

    `data` is what a cancel-replace tells of its two halves.
    """

    def __init__(
        self,
        code: int,
        msg: str,
        *,
        status: int = 400,
        retry_after_s: int | None = None,
        data: dict[str, object] | None = None,
    ) -> None:
        self.code = code
        self.msg = msg
        self.status = status
        self.retry_after_s = retry_after_s
        self.data = data
        super().__init__(f"{code}: {msg}")

    def body(self) -> dict[str, object]:
        """The JSON body of the answer."""
        body: dict[str, object] = {"code": self.code, "msg": self.msg}
        return body if self.data is None else body | {"data": self.data}


# ------------------------------------------------------------ who is asking


def key_malformed() -> Refusal:
    return Refusal(-2014, "API-key format invalid.", status=401)


def key_unknown() -> Refusal:
    return Refusal(-2015, "Invalid API-key, IP, or permissions for action.", status=401)


def signature_wrong() -> Refusal:
    return Refusal(-1022, "Signature for this request is not valid.")


def timestamp_old() -> Refusal:
    return Refusal(-1021, "Timestamp for this request is outside of the recvWindow.")


def timestamp_ahead() -> Refusal:
    return Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def window_wide() -> Refusal:
    return Refusal(-1131, "recvWindow must be less than 60000.")


# --------------------------------------------------------------- parameters


def illegal_characters(name: str, legal: str) -> Refusal:
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def too_many_parameters(expected: int, received: int) -> Refusal:
    return Refusal(-1101, f"Too many parameters; expected '{expected}' and received '{received}'.")


def duplicate_parameter() -> Refusal:
    return Refusal(-1101, "Duplicate values for a parameter detected.")


def missing(name: str) -> Refusal:
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def missing_both(first: str, second: str) -> Refusal:
    return Refusal(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def unread_parameters(read: int, sent: int) -> Refusal:
    return Refusal(-1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.")


def empty(name: str) -> Refusal:
    return Refusal(-1105, f"Parameter '{name}' was empty.")


def not_required(name: str) -> Refusal:
    return Refusal(-1106, f"Parameter '{name}' sent when not required.")


def overflowed(name: str) -> Refusal:
    return Refusal(-1108, f"Parameter '{name}' overflowed.")


def too_precise(name: str) -> Refusal:
    return Refusal(-1111, f"Parameter '{name}' has too much precision.")


def bad_composition() -> Refusal:
    return Refusal(-1014, "Unsupported order combination.")


def bad_time_in_force() -> Refusal:
    return Refusal(-1115, "Invalid timeInForce.")


def bad_type() -> Refusal:
    return Refusal(-1116, "Invalid orderType.")


def bad_side() -> Refusal:
    return Refusal(-1117, "Invalid side.")


def bad_interval() -> Refusal:
    return Refusal(-1120, "Invalid interval.")


def bad_symbol() -> Refusal:
    return Refusal(-1121, "Invalid symbol.")


def bad_symbol_status() -> Refusal:
    return Refusal(-1122, "Invalid symbolStatus.")


def bad_ticker_type() -> Refusal:
    return Refusal(-1139, "Invalid ticker type.")


def span_too_wide(hours: int) -> Refusal:
    return Refusal(-1127, f"More than {hours} hours between startTime and endTime.")


def bad_combination() -> Refusal:
    return Refusal(-1128, "Combination of optional parameters invalid.")


def bad_data(name: str) -> Refusal:
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def bad_strategy_type(least: int) -> Refusal:
    return Refusal(-1134, f"'strategyType' was less than {least}.")


def bad_cancel_restrictions() -> Refusal:
    return Refusal(-1145, "cancelRestrictions has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.")


def number_refused(name: str) -> Refusal:
    """Zero where the venue wants a number: `Invalid quantity.`"""
    return Refusal(-1013, f"Invalid {name}.")


# --------------------------------------------------------------- what is not


def unsupported() -> Refusal:
    """A documented operation this emulator does not play, or one that is gone, such as listenKeys."""
    return Refusal(-1020, "This operation is not supported.")


def not_authorized() -> Refusal:
    return Refusal(-1002, "You are not authorized to execute this request.", status=401)


def key_type_unsupported(scheme: str) -> Refusal:
    """`session.logon` takes Ed25519 keys only."""
    return Refusal(-4056, f"{scheme} API key is not supported.")


def listen_key_unknown() -> Refusal:
    return Refusal(-1125, "This listenKey does not exist.")


def path_unknown() -> Refusal:
    """The venue answers an unknown path with an HTML page; clients need a code, so ours is JSON."""
    return Refusal(-1020, "This operation is not supported.", status=404)


def request_malformed() -> Refusal:
    return Refusal(-1135, "Invalid JSON Request")


def subscription_exists() -> Refusal:
    """WebSocket API: one subscription per account and connection."""
    return Refusal(-2035, "User data stream subscription is already active.")


def subscription_unknown() -> Refusal:
    return Refusal(-2036, "User data stream subscription not active.")


def bad_time_unit() -> Refusal:
    return Refusal(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")


def body_too_large() -> Refusal:
    return Refusal(-1101, "Too many parameters sent for this endpoint.", status=413)


def internal(status: int) -> Refusal:
    """The 5xx class: the outcome is unknown. 504 has its own code."""
    if status == 504:
        text = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
        return Refusal(-1007, text, status=status)
    return Refusal(-1000, "An unknown error occurred while processing the request.", status=status)
