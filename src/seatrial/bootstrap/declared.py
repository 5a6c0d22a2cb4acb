"""What is known of one setting before anybody gave it a value."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.bootstrap import parsing
from seatrial.bootstrap.parsing import Kind


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting. `older` are the names the runbooks know it by.

    `in_file` is false where no file of the repository may carry it. `credential`: it names an account, comes from
    the environment or a file of secrets only, and two different values refuse. `idle` says, where nothing reads
    the setting yet, what will.
    """

    name: str
    kind: Kind
    default: object
    meaning: str
    older: tuple[str, ...] = ()
    in_file: bool = True
    credential: bool = False
    idle: str = ""

    @property
    def variable(self) -> str:
        """Its own environment variable."""
        return "SEATRIAL_" + self.name.replace(".", "_").upper()

    @property
    def known_as(self) -> str:
        """The variable people know it by."""
        return self.older[0] if self.older else self.variable

    @property
    def variables(self) -> tuple[str, ...]:
        """Every environment variable that may carry it, the one whose name is shown first where several agree."""
        return (self.variable, *self.older)


def credential(name: str, meaning: str, *older: str, idle: str = "") -> Declared:
    """A setting that names an account."""
    return Declared(name, parsing.SECRET, "", meaning, older, in_file=False, credential=True, idle=idle)
