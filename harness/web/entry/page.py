"""An entry as a page: what it is, what it scored and cost, and how it differs from another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.web.rendering import Frame, Link, page
from leaderboard.entry import Entry, Stage, total

LOG_LINES = 200  # the last of them are shown


@dataclass(frozen=True)
class Compared:
    """A fact of an entry and of the one beside it, None where that has none."""

    name: str
    value: str | None
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.value != self.other


@dataclass(frozen=True)
class Slice:
    """Some of the queries: what they have in common, how many they are, and the scores of both entries on them."""

    what: str
    queries: int
    score: float | None
    other: float | None = None


@dataclass(frozen=True)
class Details:
    """What an entry's page shows. `parts` are those whose scores may be seen; `other` is the entry beside it."""

    entry: Entry
    parts: Sequence[str]
    parameters: Mapping[str, object]
    links: Sequence[Link]
    other: Entry | None = None
    other_parameters: Mapping[str, object] | None = None
    others: Sequence[tuple[int, str]] = ()
    slices: Mapping[str, Sequence[Slice]] | None = None
    log: Sequence[str] = ()
    log_cut: bool = False
    reproduce: str = ""


def entry_page(frame: Frame, details: Details) -> str:
    """The page of an entry."""
    entry, other = details.entry, details.other
    parameters = details.parameters, details.other_parameters or {}
    shown = {
        "parameters": _compared(*({name: repr(each) for name, each in of.items()} for of in parameters)),
        "versions": _compared(_made_by(entry), _made_by(other) if other else {}),
    }
    return page("entry.html", frame, details=details, **shown, **entry_values(entry, details.parts, other))


def entry_values(entry: Entry, parts: Sequence[str], other: Entry | None = None) -> dict[str, Any]:
    """What the tables of an entry are filled with."""
    stages = _stages(entry.stages, other.stages if other else ())
    scores = _scores(entry, other, parts)
    return {"entry": entry, "other": other, "scores": scores, "stages": stages, "cost": total(entry.stages)}


def _compared(values: Mapping[str, str], others: Mapping[str, str]) -> list[Compared]:
    names = dict.fromkeys([*values, *others])
    return [Compared(name, values.get(name), others.get(name)) for name in names]


def _made_by(entry: Entry) -> dict[str, str]:
    return {"code": entry.code_version[:12], "seed": str(entry.seed), **entry.versions}


def _scores(
    entry: Entry, other: Entry | None, parts: Sequence[str]
) -> list[tuple[str, list[tuple[float | None, float | None]]]]:
    """For each metric, in each part that may be seen, the scores of both entries."""
    names = dict.fromkeys(name for part in parts for name in entry.scores.get(part, {}))
    return [
        (name, [(entry.score(part, name), other.score(part, name) if other else None) for part in parts])
        for name in names
    ]


def _stages(stages: Sequence[Stage], others: Sequence[Stage]) -> list[tuple[Stage, Stage | None, float]]:
    """Each stage, the other entry's of that name, and its share of all wall clock in percent."""
    named = {stage.name: stage for stage in others}
    wall = sum(stage.wall_s for stage in stages) or 1.0
    return [(stage, named.get(stage.name), round(100 * stage.wall_s / wall, 1)) for stage in stages]
