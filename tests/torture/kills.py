"""Kill commands at random times and at changes of files; repeat them, and compare with an undisturbed command."""

import os
import shutil
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np

from tests.factories.competitions import make_competition
from tests.torture.commands import COUNT_ONLY, Command, Finished, Place, own_changes, run
from tests.torture.file_events import FileEvents
from tests.torture.part import Fault, Part
from tests.torture.processes import kill, left_behind, processes_of
from tests.torture.results import Results, compare_results, results_of, temporary_files

_VICTIMS = ("command", "command", "child", "group", "interrupt")


@dataclass(frozen=True)
class Scenario:
    """Commands that prepare a workspace, and one that is killed. `COMP` and `OUT` stand for folders."""

    name: str
    before: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    share: float
    forked: bool = True  # see `tests.torture.commands`


SCENARIOS = (
    Scenario("run", (), ("run", "first_images", "most_frequent", "--on", "COMP", "--jobs", "2"), 12.0),
    Scenario("run-hash", (), ("run", "hash", "--on", "COMP", "--jobs", "1"), 5.0),
    Scenario("submit", (), ("submit", "first_images", "--on", "COMP", "--out", "OUT/s.csv"), 14.0),
    Scenario("tune", (), ("tune", "hash", "--on", "COMP", "--trials", "2", "--folds", "2", "--jobs", "1", "--only", "kind"), 5.0),
    Scenario("blend", (("run", "first_images", "hash", "--on", "COMP"),), ("blend", "first_images", "hash", "--on", "COMP", "--out", "OUT/b.csv"), 4.0),
    Scenario("data-make", (), ("data", "make", "OUT/drawn", "--landmarks", "1"), 3.0, forked=False),
    Scenario("embeddings", (), ("embeddings", "add", "mine", "COMP/vectors.npz", "--on", "COMP"), 6.0),
    Scenario("report", (("run", "first_images", "--on", "COMP"),), ("report", "--on", "COMP", "--out", "OUT/r.html"), 4.0),
)  # fmt: skip


class KillPart(Part):
    """Kills a command up to three times, ends it, and compares."""

    unit = "kills"
    limit_s = 300.0

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.name, self.share = scenario, f"kill-{scenario.name}", scenario.share
        self.is_short = scenario.name == "run"

    def prepare(self, folder: Path) -> None:
        """Make a competition and the prepared workspace, and run the command undisturbed."""
        self.competition = make_competition(folder / "competition", size=32)
        write_vectors(self.competition)
        self.place, self.template = Place(folder / "place"), folder / "template"
        self.place.make()
        for words in self.scenario.before:
            require_success(run(self.place, *self._fill(words)))
        shutil.copytree(self.place.folder, self.template)
        require_success(run(self.place, *self._words, forked=self.scenario.forked))  # the first compiles and caches
        self._restore()
        events = FileEvents(self.place.folder)
        command = Command(self.place, *self._words, kill_at=COUNT_ONLY, forked=self.scenario.forked)
        finished = command.wait(120)
        self.n_changes, self.seconds, self.n_own_changes = events.close(), finished.seconds, own_changes(finished)
        require_success(finished)
        self.expected, self.files = results_of(self.place.workspace), files_of(self.place.out)

    def _restore(self) -> None:
        shutil.rmtree(self.place.folder)
        shutil.copytree(self.template, self.place.folder)

    def _fill(self, words: Sequence[str]) -> list[str]:
        return [word.replace("COMP", str(self.competition)).replace("OUT", str(self.place.out)) for word in words]

    @property
    def _words(self) -> list[str]:
        return self._fill(self.scenario.words)

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Kill the command one to three times, then let it end; count the kills that came before its end."""
        random, kills = Random(seed), 0
        self._restore()
        faults: list[Fault] = []
        for _ in range(random.choice((1, 2, 2, 3))):
            earlier = results_of(self.place.workspace)
            hit, found = self._kill_once(random)
            kills += hit
            faults += found + lost_results(earlier, results_of(self.place.workspace))
            if not hit:  # all is done, and little is left to kill
                break
        return kills, faults + self._end()

    def _kill_once(self, random: Random) -> tuple[bool, list[Fault]]:
        """Start the command, and kill what the random generator chooses, when it chooses; return whether it was there."""
        victim, when = random.choice(_VICTIMS), random.choice(("time", "change", "own change"))
        early = random.random() ** 1.5  # a command that was killed before has less to do
        own = when == "own change" and victim == "command" and self.n_own_changes > 0
        at = 1 + int(early * (self.n_own_changes if own else self.n_changes))
        command = Command(self.place, *self._words, kill_at=at if own else None, forked=self.scenario.forked)
        attack = Attack(victim, command, random)
        if own:
            finished = command.wait(120)
        elif when == "time":
            timer = threading.Timer(early * self.seconds, attack)
            timer.start()
            finished = command.wait(120)
            timer.cancel()
        else:
            events = FileEvents(self.place.folder, at, attack)
            finished = command.wait(120)
            events.close()
        behind = [
            Fault("left behind", f"after the {victim} was killed: {line}") for line in left_behind(self.place.folder)
        ]
        hit = finished.code != 0 or attack.has_hit
        return hit, finished.faults((*range(-64, 3), 124, 130, 137)) + behind

    def _end(self) -> list[Fault]:
        """Let the command end, and compare with the undisturbed one."""
        finished = run(self.place, *self._words, forked=self.scenario.forked)
        faults = finished.faults()
        if finished.code:
            faults.append(Fault("lost", f"the repeated command fails: {finished.output.strip()[-300:]}"))
        faults += compare_results(self.place.workspace, self.expected)
        faults += compare_files(self.place.out, self.files)
        faults += [Fault("left behind", line) for line in left_behind(self.place.folder)]
        return faults + temporary_files(self.place.folder)


class Attack:
    """Kills a victim of a running command when it is called: the command, a child, all, or it interrupts the command."""

    def __init__(self, victim: str, command: Command, random: Random) -> None:
        self._victim, self._command, self.has_hit = victim, command, False
        self._choice, self._signal = random.random(), random.choice((signal.SIGINT, signal.SIGTERM))

    def __call__(self) -> None:
        children = processes_of(self._command.place.folder, self._command.pid)
        with suppress(ProcessLookupError, PermissionError):
            if self._victim == "child" and children:
                kill([children[int(self._choice * len(children))]])
                self.has_hit = True
            elif self._victim == "interrupt":
                os.kill(self._command.pid, self._signal)
            else:
                os.kill(self._command.pid, signal.SIGKILL)
                kill(children if self._victim == "group" else [])


def write_vectors(competition: Path) -> None:
    """Write vectors of the images of a competition to vectors.npz in its folder."""
    ids = [
        line.split(",")[0]
        for part in ("index", "test")
        for line in (competition / f"{part}.csv").read_text().splitlines()[1:]
    ]
    np.savez(
        competition / "vectors.npz", ids=np.array(ids), vectors=np.random.default_rng(0).normal(size=(len(ids), 4))
    )


def require_success(finished: Finished) -> None:
    """Raise RuntimeError if a command that nothing disturbed has failed."""
    if finished.code != 0:
        raise RuntimeError(f"{' '.join(finished.words)}: exit code {finished.code}: {finished.output[-500:]}")


def files_of(folder: Path) -> dict[str, str]:
    """Return the digest of each file below a folder, by its path; of reports and provenance only that they exist."""
    return {
        str(path.relative_to(folder)): ""
        if path.suffix in (".html", ".json")
        else sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def compare_files(folder: Path, expected: dict[str, str]) -> list[Fault]:
    """Return the files that are missing, differ, or are too many."""
    present = files_of(folder)
    missing = [
        Fault("lost", f"{name} is missing or differs")
        for name, digest in expected.items()
        if present.get(name) != digest
    ]
    return missing[:3] + [Fault("left behind", f"file {name}") for name in sorted(set(present) - set(expected))[:3]]


def lost_results(earlier: Results, now: Results) -> list[Fault]:
    """Return the entries that were there and are gone or changed."""
    return [
        Fault("lost", f"the entry of {', '.join(name)} was there and is lost")
        for name in earlier
        if now.get(name) != earlier[name]
    ]


def kill_parts() -> list[KillPart]:
    """Return a part for each scenario."""
    return [KillPart(scenario) for scenario in SCENARIOS]
