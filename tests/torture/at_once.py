"""Two to four equal or different commands at once in one workspace; afterwards each run has one entry."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.factories.competitions import make_competition
from tests.torture.commands import Command, Place, run
from tests.torture.kills import compare_files, files_of, require_success, write_vectors
from tests.torture.part import Fault, Part
from tests.torture.processes import left_behind
from tests.torture.results import compare_results, results_of, temporary_files

_COMMANDS = (
    ("run", "first_images", "--on", "COMP"),
    ("run", "first_images", "most_frequent", "--on", "COMP", "--jobs", "2"),
    ("run", "hash", "first_images", "--on", "COMP", "--jobs", "1"),
    ("submit", "first_images", "--on", "COMP", "--out", "OUT/s.csv"),
    ("tune", "hash", "--on", "COMP", "--trials", "2", "--folds", "2", "--jobs", "1", "--only", "kind"),
    ("embeddings", "add", "mine", "COMP/vectors.npz", "--on", "COMP"),
    ("split", "COMP", "--folds", "2"),
    ("leaderboard", "--on", "COMP"),
    ("report", "--on", "COMP", "--out", "OUT/r.html"),
    ("data", "make", "OUT/drawn", "--landmarks", "1", "--jobs", "1"),
)
_MAY_FAIL = ("leaderboard", "report")  # while there is no entry yet


class AtOncePart(Part):
    """Starts several commands at once."""

    share = 4.0
    name = "at-once"
    unit = "commands at once"
    limit_s = 300.0

    def prepare(self, folder: Path) -> None:
        """Run each command alone, for its results."""
        self.competition = make_competition(folder / "competition", size=32)
        write_vectors(self.competition)
        self.place = Place(folder / "place")
        self.expected = {}
        for words in _COMMANDS:
            self._start_again()
            if words[0] not in _MAY_FAIL:
                require_success(run(self.place, *self._fill(words), forked=words[0] != "data"))
            self.expected[words] = results_of(self.place.workspace), files_of(self.place.out)

    def _start_again(self) -> None:
        shutil.rmtree(self.place.folder, ignore_errors=True)
        self.place.make()

    def _fill(self, words: Sequence[str]) -> list[str]:
        return [word.replace("COMP", str(self.competition)).replace("OUT", str(self.place.out)) for word in words]

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Start equal commands, or different ones, in an empty workspace."""
        random = Random(seed)
        self._start_again()
        number = random.choice((2, 2, 3, 4))
        chosen = [random.choice(_COMMANDS)] * number if random.random() < 0.5 else random.sample(_COMMANDS, number)
        commands = [Command(self.place, *self._fill(words), forked=words[0] != "data") for words in chosen]
        faults = []
        for words, command in zip(chosen, commands, strict=True):
            finished = command.wait(180)
            faults += finished.faults((0, 1) if words[0] in _MAY_FAIL else (0,))
        results, files = {}, {}
        for words in chosen:
            results |= self.expected[words][0]
            files |= self.expected[words][1]
        files = {name: digest for name, digest in files.items() if not name.startswith("r.html")}
        faults += compare_results(self.place.workspace, results)
        faults += [fault for fault in compare_files(self.place.out, files) if "r.html" not in fault.text]
        faults += [Fault("left behind", line) for line in left_behind(self.place.folder)]
        names = " & ".join(words[0] for words in chosen)
        faults += temporary_files(self.place.folder)
        return number, [Fault(fault.kind, f"{names}: {fault.text}") for fault in faults]
