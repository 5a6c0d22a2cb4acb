"""The faults of one venue, and the dice they are thrown with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.faults.aim import as_text, names_symbol, strikes_message, strikes_request
from seatrial.emulators.faults.catalogue import CATALOGUE
from seatrial.emulators.faults.fault import Fault, check_faults
from seatrial.emulators.faults.plans import PLAIN, UNTOUCHED, RequestPlan, StreamPlan
from seatrial.emulators.faults.quotes import altered
from seatrial.emulators.faults.words import Purpose
from seatrial.emulators.history import History

SWAP_MS = 1_000


class FaultScript:
    """The faults of one venue and the dice they are thrown with.

    Args:
        random: the seeded source; used by nothing else.
        history: where every injected fault is written; its clock tells when a fault is in force.
        faults: the first script; empty: nothing goes wrong.
        venue: whose script this is; faults of another venue are left out. Empty: all are taken.
    """

    def __init__(self, random: Random, history: History, faults: Sequence[Fault] = (), *, venue: str = "") -> None:
        self._random = random
        self._history = history
        self._venue = venue
        self.faults: list[Fault] = []
        self.struck: dict[str, int] = {}
        self.on_change: list[Callable[[], None]] = []
        self._set_ns: dict[str, int] = {}
        self._remembered: dict[str, dict[str, object]] = {}
        self.replace(faults)

    # ----------------------------------------------------------------- the list

    def replace(self, faults: Sequence[Fault]) -> None:
        """Another script; counts and spans start again."""
        check_faults(faults)
        self.faults, self.struck, self._set_ns, self._remembered = [], {}, {}, {}
        self.add(faults)

    def add(self, faults: Sequence[Fault]) -> None:
        """More faults; one of a name that is there takes its place, and starts again.

        Raises:
            BadSetting: one of them cannot be meant.
        """
        ours = [fault for fault in faults if not fault.venue or not self._venue or fault.venue == self._venue]
        names = {fault.name for fault in ours}
        wanted = [fault for fault in self.faults if fault.name not in names] + ours
        check_faults(wanted)
        self.faults = wanted
        now_ns = self._history.now_ns()
        for fault in ours:
            self.struck[fault.name] = 0
            self._set_ns[fault.name] = now_ns
            self._remembered.pop(fault.name, None)
        self._changed()

    def remove(self, name: str) -> None:
        """Take one out.

        Raises:
            RequestFault: there is none of that name.
        """
        if name not in self.struck:
            accepted = ", ".join(self.struck) or "none: no fault is set"
            raise RequestFault("name", accepted=accepted, was=name)
        self.faults = [fault for fault in self.faults if fault.name != name]
        for known in (self.struck, self._set_ns, self._remembered):
            known.pop(name, None)
        self._changed()

    def _changed(self) -> None:
        for heard in list(self.on_change):
            heard()

    # ------------------------------------------------------------ what they strike

    def on_request(
        self, method: str, path: str, *, account: str = "", text: str = "", purpose: Purpose = ""
    ) -> RequestPlan:
        """What strikes this request. `text` is everything in which it could name a symbol."""
        plan = UNTOUCHED
        for fault in self.faults:
            if not strikes_request(fault, method, path, purpose) or not self._fits(fault, account, text):
                continue
            if self._strikes(fault, f"{method} {path}", account):
                plan = self._planned(plan, fault)
        return plan

    def on_stream(self, stream: str, what: str = "", *, account: str = "", message: str | bytes = b"") -> StreamPlan:
        """What strikes this message of a stream."""
        plan = PLAIN
        for fault in self.faults:
            if not strikes_message(fault, stream, what):
                continue
            if fault.symbol and not self._fits(fault, account, f"{what} {as_text(message)}"):
                continue
            if self._fits(fault, account, None) and self._strikes(fault, f"{stream} {what}", account):
                plan = self._told(plan, fault)
        return plan

    def on_link(self, stream: str) -> list[Fault]:
        """Which faults of connections strike one of this stream now. Not counted: see `strike`."""
        return [
            fault
            for fault in self.faults
            if CATALOGUE[fault.kind].where == "connection"
            and fault.stream in ("", stream)
            and self._in_force(fault)
            and not self._used_up(fault)
        ]

    def stands(self, fault: Fault) -> bool:
        """Whether a fault is still set and in force, used up or not."""
        return fault in self.faults and self._in_force(fault)

    def now_ms(self) -> int:
        """API time, in milliseconds."""
        return self._history.now_ns() // MILLISECOND_NS

    def strike(self, fault: Fault, where: str, account: str = "") -> bool:
        """Throw the dice for a fault of connections, and count it."""
        return self._strikes(fault, where, account)

    def next_change_ms(self) -> int | None:
        """In how many milliseconds a fault of connections comes into force or ends; None where none will."""
        now_ns = self._history.now_ns()
        spans = []
        for fault in self.faults:
            if CATALOGUE[fault.kind].where == "connection":
                start_ns = self._set_ns[fault.name] + fault.after_ms * MILLISECOND_NS
                spans += [start_ns - now_ns] + (
                    [start_ns + fault.for_ms * MILLISECOND_NS - now_ns] if fault.for_ms else []
                )
        later = [span for span in spans if span > 0]
        return min(later) // MILLISECOND_NS + 1 if later else None

    # ----------------------------------------------------------------- conditions

    def skew_ns(self) -> int:
        """How far the venue's clock is off."""
        if not self.faults:
            return 0
        standing = [fault for fault in self.faults if fault.kind == "clock_skew" and self._in_force(fault)]
        return sum(fault.skew_ms for fault in standing if self._once(fault, "the clock")) * MILLISECOND_NS

    def halted(self, symbol: str) -> bool:
        """Whether trading in a symbol is halted."""
        for fault in self.faults:
            if fault.kind == "halt" and fault.symbol in ("", symbol) and self._in_force(fault):
                return self._once(fault, symbol)
        return False

    def alter(self, faults: Sequence[Fault], message: str | bytes) -> str | bytes | None:
        """What stale or crossed quotes make of a message; None: nothing is left to say."""
        said: str | bytes | None = message
        for fault in faults:
            if said is not None:
                said = altered(fault, self._remembered.setdefault(fault.name, {}), said)
        return said

    # ------------------------------------------------------------------- the dice

    def _in_force(self, fault: Fault) -> bool:
        if not fault.after_ms and not fault.for_ms:
            return True
        age_ms = (self._history.now_ns() - self._set_ns[fault.name]) // MILLISECOND_NS
        return age_ms >= fault.after_ms and (not fault.for_ms or age_ms < fault.after_ms + fault.for_ms)

    def _used_up(self, fault: Fault) -> bool:
        return bool(fault.count_max) and self.struck[fault.name] >= fault.count_max

    def _fits(self, fault: Fault, account: str, text: str | None) -> bool:
        if fault.account and fault.account != account:
            return False
        return text is None or not fault.symbol or names_symbol(fault.symbol, text)

    def _strikes(self, fault: Fault, where: str, account: str) -> bool:
        if self._used_up(fault) or not self._in_force(fault):
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        self.struck[fault.name] += 1
        self._history.record("fault", account=account, what=f"{fault.name} {fault.kind} on {where}")
        return True

    def _once(self, fault: Fault, where: str) -> bool:
        """A condition is written down when it is first noticed."""
        if not self.struck[fault.name]:
            self._strikes(fault, where, fault.account)
        return self.struck[fault.name] > 0

    def _planned(self, plan: RequestPlan, fault: Fault) -> RequestPlan:
        match fault.kind:
            case "error_after":
                return plan._replace(after=fault)
            case "loss":
                return plan._replace(lost_before=True)
            case "lost_ack":
                return plan._replace(lost=True)
            case "fill_after_cancel":
                return plan._replace(apply_late_ms=plan.apply_late_ms + self._latency_ms(fault))
            case "stale_quotes" | "crossed_quotes":
                return plan._replace(altered=(*plan.altered, fault))
            case "latency" if fault.when == "before":
                return plan._replace(wait_before_ms=plan.wait_before_ms + self._latency_ms(fault))
            case "latency":
                return plan._replace(wait_after_ms=plan.wait_after_ms + self._latency_ms(fault))
            case _:
                return plan._replace(before=plan.before or fault)

    def _told(self, plan: StreamPlan, fault: Fault) -> StreamPlan:
        match fault.kind:
            case "stream_drop" | "depth_gap":
                return plan._replace(copies=0)
            case "stream_duplicate":
                return plan._replace(copies=2 * plan.copies)
            case "stream_reorder":
                return plan._replace(swap_ms=fault.latency_ms or SWAP_MS)
            case "stale_quotes" | "crossed_quotes":
                return plan._replace(altered=(*plan.altered, fault))
            case "stream_disconnect" | "partial_fill_disconnect":
                if fault.when == "after":
                    return plan._replace(disconnect_after=True)
                return plan._replace(disconnect=True)
            case _:
                return plan._replace(wait_ms=plan.wait_ms + self._latency_ms(fault))

    def _latency_ms(self, fault: Fault) -> int:
        return fault.latency_ms + (self._random.randint(0, fault.jitter_ms) if fault.jitter_ms else 0)
