"""Trying sets of parameters until a searcher has no more to ask, with a log between the runs and the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from seatrial.domain.faults import DataFault
from seatrial.runs.search.searchers import Searcher
from seatrial.runs.search.trial import Proposal, Trial
from seatrial.runs.search.trial_log import TrialLog

Execute = Callable[[Sequence[Proposal]], Iterator[Trial]]  # answers come in any order
OnTrial = Callable[[int, int], None]  # finished, in all


def sweep(
    searcher: Searcher,
    execute: Execute,
    log: TrialLog,
    on_trial: OnTrial,
    *,
    name: str = "",
    span_ns: tuple[int, int] | None = None,
) -> list[Trial]:
    """Every trial in order of number; those in the log are not run again.

    Args:
        execute: runs proposals; a process pool, Ray, or this process.
        name: tells the trials of several searches in one log apart.
        span_ns: the part of the market to run on; None for all of it.

    Raises:
        DataFault: the log's trial of a number tried other parameters, so it belongs to another search.
    """
    done: list[Trial] = []
    while generation := searcher.ask():
        keys = {proposal.number: f"{name}{proposal.number}" for proposal in generation}
        for proposal in generation:
            _same(log, keys[proposal.number], proposal)
        open_ = [
            Proposal(each.number, each.parameters, span_ns) for each in generation if keys[each.number] not in log.known
        ]
        finished = len(done) + len(generation) - len(open_)
        on_trial(finished, searcher.trials)
        for trial in execute(open_):
            log.add(keys[trial.number], trial)
            finished += 1
            on_trial(finished, searcher.trials)
        answers = [log.known[key] for key in keys.values()]
        searcher.tell(answers)
        done += answers
    return done


def _same(log: TrialLog, key: str, proposal: Proposal) -> None:
    known = log.known.get(key)
    if known is not None and dict(known.parameters) != dict(proposal.parameters):
        raise DataFault(
            f"{log.path}: trial {key} tried {dict(known.parameters)}, this search asks for {dict(proposal.parameters)}"
        )
