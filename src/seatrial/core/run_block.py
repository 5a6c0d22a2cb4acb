"""A run known by one address: how `step` is reached, the state, the venue and the course, in one block of words."""

from __future__ import annotations

from seatrial.core.compiled import compiled_once
from seatrial.core.course import COURSE_AT, Course, course_at
from seatrial.core.records import State
from seatrial.core.state_at import state_at
from seatrial.core.stepping import BLOCK_WIDTH, STATE_BYTES, bind
from seatrial.core.venue import VENUE_AT, VenueState, venue_at

# Where each begins; `core.stepping` lays out what comes before.
_VENUE = BLOCK_WIDTH
_COURSE = _VENUE + VENUE_AT.words
RUN_WIDTH = _COURSE + COURSE_AT.words


def bind_run(state: State, venue: VenueState, course: Course) -> None:
    """Write down where everything of a run is, in the venue's block. The caller keeps all of it."""
    bind(venue.block, state, venue.fact, venue.effects)
    VENUE_AT.write(venue.block[_VENUE:], venue)
    COURSE_AT.write(venue.block[_COURSE:], course)


@compiled_once
def run_of(here: int) -> tuple[State, VenueState, Course]:
    """State, venue and course of the run whose block is at an address, its own B_SELF."""
    return state_at(here + STATE_BYTES), venue_at(here + 8 * _VENUE), course_at(here + 8 * _COURSE)
