"""What a part of the torture is: a kind of attack that is tried again and again with another seed."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["lost", "stale", "traceback", "hang", "left behind", "truth read", "wrong"]


@dataclass(frozen=True)
class Fault:
    """What a try has found: the kind of failure, and one line that says what happened."""

    kind: Kind
    text: str


class Part(ABC):
    """A kind of attack. `attempt(seed)` is one try; the same seed gives the same try."""

    name: str
    unit: str = "tries"  # what is counted
    share: float = 1.0  # of the time, in relation to the other parts
    is_short: bool = False  # whether a short round tries it, too: it needs little preparation
    limit_s: float = 60.0  # a longer try hangs
    memory_mb: float = 4000.0  # a try that needs more has failed

    def prepare(self, folder: Path) -> None:  # noqa: B027 (not every part needs it)
        """Prepare what all tries share, in an empty folder."""

    @abstractmethod
    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Try once; return how many units were tried, and the faults."""

    def reason_to_skip(self) -> str | None:
        """Return why the part cannot run here; None if it can."""
        return None


@dataclass(frozen=True)
class Failure:
    """A fault with its part and seed; both repeat it."""

    part: str
    seed: int
    fault: Fault

    @property
    def command(self) -> str:
        """Return the command that repeats the try."""
        return f"python -m tests.torture --part {self.part} --seed {self.seed} --tries 1"


@dataclass
class PartResult:
    """How many tries a part made and how they ended."""

    part: str
    unit: str
    units: int = 0
    seconds: float = 0.0
    skipped: str | None = None
    failures: list[Failure] | None = None

    def __post_init__(self) -> None:
        self.failures = self.failures or []


def distinct(failures: Sequence[Failure]) -> Iterator[tuple[Failure, int]]:
    """Yield the first failure of each kind and text of a part, with the number of its like; digits are ignored."""
    like: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in failures:
        text = "".join("0" if letter.isdigit() else letter for letter in failure.fault.text[:60])
        like.setdefault((failure.part, failure.fault.kind, text), []).append(failure)
    for group in like.values():
        yield group[0], len(group)
