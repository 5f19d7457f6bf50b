"""Run commands on disks that become full, and again when there is room."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.factories.competitions import make_competition
from tests.torture.commands import Place, run
from tests.torture.kills import SCENARIOS, compare_files, files_of, require_success, write_vectors
from tests.torture.part import Fault, Part
from tests.torture.processes import left_behind
from tests.torture.results import compare_results, results_of, temporary_files

_ROOM = 1 << 28
_WORDS = ("space", "full", "room", "quota", "disk")


class DiskPart(Part):
    """A try runs the command of a scenario of the kills on a disk that is too small, and once more on a large one."""

    share = 3.0
    name = "full-disk"
    unit = "full disks"
    limit_s = 300.0

    def reason_to_skip(self) -> str | None:
        """Return why no disk can be mounted."""
        if not os.environ.get("LANDMARK_TORTURE_MOUNTS"):
            return "only root can mount disks of its own, on Linux"
        return None

    def prepare(self, folder: Path) -> None:
        """Run each scenario on a large disk; note its results and what it needs."""
        self.competition = make_competition(folder / "competition", size=32)
        write_vectors(self.competition)
        self.place = Place(folder / "place")
        self.place.folder.mkdir()
        self.expected = {}
        for scenario in SCENARIOS:
            mount(self.place.folder, _ROOM)
            self.place.make()
            for words in (*scenario.before, scenario.words):
                require_success(run(self.place, *self._fill(words), forked=scenario.forked))
            needed = shutil.disk_usage(self.place.folder).used
            self.expected[scenario] = results_of(self.place.workspace), files_of(self.place.out), needed
            unmount(self.place.folder)

    def _fill(self, words: Sequence[str]) -> list[str]:
        return [word.replace("COMP", str(self.competition)).replace("OUT", str(self.place.out)) for word in words]

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Run a scenario with less room than it needs."""
        random = Random(seed)
        scenario = random.choice(SCENARIOS)
        results, files, needed = self.expected[scenario]
        mount(self.place.folder, random.randrange(1, needed // 4096 + 2) * 4096)
        try:
            faults = self._try(scenario, results, files)
        finally:
            unmount(self.place.folder)
        return 1, [Fault(fault.kind, f"{scenario.name}: {fault.text}") for fault in faults]

    def _try(self, scenario: object, results: object, files: object) -> list[Fault]:
        try:
            self.place.make()
        except OSError:  # not even the folders fit
            return []
        faults = []
        for words in (*scenario.before, scenario.words):
            finished = run(self.place, *self._fill(words), forked=scenario.forked)
            faults += finished.faults((0, 1))
            if finished.code == 1 and not any(word in finished.output.lower() for word in _WORDS):
                faults.append(Fault("wrong", f"does not say that the disk is full: {finished.output.strip()[-300:]}"))
        remount(self.place.folder, _ROOM)
        for words in (*scenario.before, scenario.words):
            finished = run(self.place, *self._fill(words), forked=scenario.forked)
            faults += finished.faults((0,))
        faults += compare_results(self.place.workspace, results) + compare_files(self.place.out, files)
        faults += [Fault("left behind", line) for line in left_behind(self.place.folder)]
        return faults + temporary_files(self.place.folder)


def mount(folder: Path, size: int) -> None:
    """Mount an empty disk of so many bytes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "torture", str(folder)], check=True)


def remount(folder: Path, size: int) -> None:
    """Give a mounted disk another size."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def unmount(folder: Path) -> None:
    """Remove a disk, also one that is in use."""
    subprocess.run(["umount", "-l", str(folder)], check=True)
