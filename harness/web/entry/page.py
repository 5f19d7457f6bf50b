"""View data of an entry's page: facts beside those of another entry, links, slices and log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.web.data.slices import ScoreSlice
from harness.web.rendering import Link
from leaderboard.entry import Entry

MAX_LOG_LINES = 200  # shown, from the end


@dataclass(frozen=True)
class ComparedFact:
    """A fact of an entry and of another one; None if an entry has no such fact."""

    name: str
    value: str | None
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return self.value != self.other


@dataclass(frozen=True)
class EntryDetails:
    """Further contents of an entry's page. `parts` are those whose scores may be seen, `others` entries to compare."""

    parts: Sequence[str]
    links: Sequence[Link]
    others: Sequence[tuple[int, str]] = ()
    slices: Mapping[str, Sequence[ScoreSlice]] | None = None
    log: Sequence[str] = ()
    is_log_cut: bool = False
    command: str = ""


def compare_facts(values: Mapping[str, str], others: Mapping[str, str]) -> list[ComparedFact]:
    """Return the facts of both entries, by name.

    >>> [(fact.name, fact.differs) for fact in compare_facts({"a": "1", "b": "2"}, {"b": "2"})]
    [('a', True), ('b', False)]
    """
    names = dict.fromkeys([*values, *others])
    return [ComparedFact(name, values.get(name), others.get(name)) for name in names]


def environment(entry: Entry) -> dict[str, str]:
    """Return the code digest, the seed and the library versions of an entry's run."""
    return {"code": entry.code_version[:12], "seed": str(entry.seed), **entry.versions}
