"""The page a reviewer reads: what passed, what is missing, and by whom. One page, in Markdown and in HTML.

Both are made of the same `Page`, which holds nothing the chain does not.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.domain.time import rfc3339
from seatrial.release.case import Case, approvers, standing
from seatrial.release.phases import Transition
from seatrial.release.policy import Policy
from seatrial.release.states import blocking, required
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown. `rows` are the gates of the next step, `blocking` those of them that hold it."""

    case: Case
    stage: str
    policy: Policy
    at_ns: int
    rows: tuple[GateResult, ...]
    blocking: tuple[str, ...]
    approvals: tuple[str, ...]
    steps: tuple[str, ...]
    signed: str


def page_of(case: Case, stage: str, policy: Policy, at_ns: int, steps: Iterable[Transition], signed: str) -> Page:
    """Gather the page of one release at one instant; `signed` says in a sentence what checkpoints cover."""
    rows = tuple(standing(case, gate, at_ns, policy) for gate in required(case, policy))
    names = tuple(each.gate for each in blocking(case, at_ns, policy))
    signers = approvers(case, at_ns, policy)
    people = tuple(f"{each.owner} ({', '.join(each.roles)}) at {rfc3339(each.at_ns)}" for each in signers)
    told = tuple(f"{rfc3339(step.at_ns)}: {step.start} to {step.end}, {step.reason}" for step in steps)
    return Page(case, stage, policy, at_ns, rows, names, people, told, signed)


def headline(page: Page) -> str:
    """One sentence: where the release stands."""
    short = page.case.release.removeprefix("sha256:")[:16]
    rest = f"{len(page.blocking)} gates hold its next step" if page.blocking else "no gate holds its next step"
    return f"Release {short} is in {page.case.phase} ({page.stage}), {rest}."


def facts(page: Page) -> list[tuple[str, str]]:
    """What stands above the table, as name and text."""
    policy = page.policy
    live = "can arm real money" if policy.arms_live else "can never arm real money"
    return [
        ("Release", page.case.release),
        ("Policy", f"{policy.name}, {policy.digest}; {live}; capital at most {policy.capital_max} of the account"),
        ("Change class", page.case.change_class),
        ("Author", page.case.author),
        ("As of", rfc3339(page.at_ns)),
        ("In this phase since", rfc3339(page.case.since_ns)),
        ("Approvals that count", "; ".join(page.approvals) or "none"),
        ("Signed", page.signed),
    ]


def markdown(page: Page) -> str:
    """The page as Markdown."""
    lines = [f"# {headline(page)}", ""]
    lines += [f"- **{name}**: {_cell(text)}" for name, text in facts(page)]
    lines += ["", "| gate | verdict | why | as of | seen in | supplied by |", "|---|---|---|---|---|---|"]
    for row in page.rows:
        lines.append("| " + " | ".join(_cell(text) for text in cells(row)) + " |")
    lines += ["", "## The way so far", ""]
    lines += [f"- {_cell(step)}" for step in page.steps] or ["- no step yet"]
    return "\n".join(lines) + "\n"


def cells(row: GateResult) -> tuple[str, ...]:
    """One gate as a line of the table."""
    return (
        row.gate,
        row.verdict.value,
        row.reason,
        rfc3339(row.as_of_ns),
        f"{row.clock} time, {row.venue} venue",
        row.supply or "-",
    )


def page_html(page: Page) -> str:
    """The page as one self-contained file, light or dark as the reader prefers."""
    told = "".join(f"<dt>{_safe(name)}</dt><dd>{_safe(text)}</dd>" for name, text in facts(page))
    head = "".join(f"<th>{name}</th>" for name in ("gate", "verdict", "why", "as of", "seen in", "supplied by"))
    rows = "".join(
        f'<tr class="{row.verdict.value.lower()}">'
        + "".join(f"<td>{_safe(text)}</td>" for text in cells(row))
        + "</tr>"
        for row in page.rows
    )
    steps = "".join(f"<li>{_safe(step)}</li>" for step in page.steps) or "<li>no step yet</li>"
    title = _safe(headline(page))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><dl>{told}</dl><div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        f"</table></div><h2>The way so far</h2><ol>{steps}</ol></main></body></html>\n"
    )


def _row(row: GateResult) -> str:
    told = "".join(f"<td>{_safe(text)}</td>" for text in cells(row))
    return f'<tr class="{row.verdict.value.lower()}">{told}</tr>'


_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;"
    "background:light-dark(#fff,#16181c);color:light-dark(#1b1d21,#e6e7ea)}main{max-width:72rem;margin:auto;padding:1.5rem}"
    "h1{font-size:1.4rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}"
    "dd{margin:0;overflow-wrap:anywhere}div{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid light-dark(#ddd,#3a3d44)}"
    "td:nth-child(2){font-weight:600}.pass td:nth-child(2){color:light-dark(#116329,#57d07b)}"
    ".fail td:nth-child(2),.error td:nth-child(2){color:light-dark(#a40e26,#ff8a8a)}"
)


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def _cell(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
