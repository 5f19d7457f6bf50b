"""What made an entry, as names and texts: parameters, environment and cost; and the facts that differ among entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.solution.spec import split_spec
from leaderboard import Entry
from leaderboard.entry import total_cost

_MAX_IDENTITY = 2000  # characters of an identity that is parsed
DEFAULT = "default"


@dataclass(frozen=True)
class EntryFact:
    """A fact of several entries, a text for each of them; empty where an entry has no such fact."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Return whether the entries do not agree."""
        return len(set(self.values)) > 1


def collect_facts(facts: Sequence[Mapping[str, str]], missing: str = "") -> list[EntryFact]:
    """Return all facts of some entries by name; `missing` stands where an entry has none.

    >>> [(fact.name, fact.values, fact.differs) for fact in collect_facts([{"a": "1"}, {"b": "2"}], "?")]
    [('a', ('1', '?'), True), ('b', ('?', '2'), True)]
    """
    names = dict.fromkeys(name for each in facts for name in each)
    return [EntryFact(name, tuple(each.get(name, missing) for each in facts)) for name in names]


def parameter_values(entry: Entry) -> dict[str, str]:
    """Return the parameters in an entry's identity, those that differ from the defaults; empty if it is no spec."""
    if len(entry.identity) > _MAX_IDENTITY:
        return {}
    try:
        return {name: repr(value) for name, value in split_spec(entry.identity)[1].items()}
    except HarnessError:  # an uploaded file may have any name
        return {}


def environment_values(entry: Entry) -> dict[str, str]:
    """Return the code digest, the seed, the device and the library versions of an entry's run."""
    device = {"device": entry.device} if entry.device else {}
    return {"code": entry.code_version[:12], "seed": str(entry.seed), **device, **entry.versions}


def cost_values(entry: Entry) -> dict[str, str]:
    """Return the wall-clock time, processor time and peak memory of an entry's run; empty for an uploaded file."""
    if not entry.stages:
        return {}
    cost = total_cost(entry.stages)
    return {
        "wall clock": f"{cost.wall_s:.1f} s",
        "CPU time": f"{cost.cpu_s:.1f} s",
        "peak memory": f"{cost.peak_mb:.0f} MB",
    }
