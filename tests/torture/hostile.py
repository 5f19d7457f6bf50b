"""Run hostile solutions beside a good one, and look for what they broke, left behind or read."""

import os
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.factories.competitions import make_competition
from tests.torture.commands import Finished, Place, run
from tests.torture.hostile_sources import hostile_sources
from tests.torture.kills import require_success
from tests.torture.part import Fault, Part
from tests.torture.processes import left_behind
from tests.torture.results import entries_of, results_of

ROOT = Path(__file__).parents[2]
_MARKER = "torture_marker"
_STOLEN = Path("/tmp/torture-stolen")  # a place outside of all folders


class HostilePart(Part):
    """One hostile solution a try, beside `first_images`."""

    share = 8.0
    is_short = True
    name = "hostile"
    unit = "hostile solutions"
    limit_s = 240.0

    def prepare(self, folder: Path) -> None:
        """Make a competition whose truth holds lists in an order that nothing else has, and run the good solution."""
        self.competition = make_competition(folder / "competition", size=32, index=5)
        self.truth = self.competition / "retrieval_solution.csv"
        self.canaries = shuffle_truth(self.truth)
        self.template, self.place = folder / "template", Place(folder / "place")
        self.place.make()
        require_success(run(self.place, "run", "first_images", "--on", self.competition))
        self.expected = results_of(self.place.workspace)
        shutil.rmtree(self.place.workspace)
        shutil.copytree(self.place.folder, self.template)
        shutil.copytree(self.competition, folder / "copy")
        self.copy, self.digests = folder / "copy", digests(self.competition)
        values = {"competition": self.competition, "truth": self.truth, "place": self.place.folder, "root": ROOT}
        self.sleep = f"600.{os.getpid():09}"  # seconds, which name the processes that a solution leaves
        values["sleep"] = self.sleep
        self.sources = sorted(hostile_sources(**{name: str(value) for name, value in values.items()}).items())
        Random(0).shuffle(self.sources)

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Run a hostile solution, or list, check or describe it."""
        name, source = self.sources[seed % len(self.sources)]
        restore(self.template, self.place.folder)
        path = self.place.out / "hostile.py"
        path.write_bytes(source.encode("utf-8", "surrogateescape"))
        finished = run(self.place, *self._words(path, seed // len(self.sources)), seconds=120)
        faults = [*finished.faults((0, 1, 2)), *self._traces(finished)]
        if finished.words[0] == "run":
            faults += self._entry_faults(finished)
        faults += [
            Fault("left behind", line) for what in (self.place.folder, self.sleep) for line in left_behind(what, 5)
        ]
        return 1, [Fault(fault.kind, f"{name}: {fault.text}") for fault in faults]

    def _words(self, path: Path, number: int) -> list[object]:
        run_words = [
            "run",
            path,
            "first_images",
            "--on",
            self.competition,
            "--timeout",
            "8",
            "--memory-limit",
            "1GB",
            "--jobs",
            "2",
        ]
        others = [
            ["solutions", path],
            ["solutions", "check", path],
            ["solutions", "add", path],
            ["tune", path, "--on", self.competition, "--trials", "1", "--timeout", "8"],
        ]
        return run_words if number % 2 == 0 else others[number // 2 % len(others)]

    def _entry_faults(self, finished: Finished) -> list[Fault]:
        """Return what is wrong with the entries: of the good solution, and of the hostile one."""
        faults = []
        if results_of(self.place.workspace).items() < self.expected.items():
            faults.append(Fault("lost", f"first_images did not finish or differs: {finished.output.strip()[-200:]}"))
        hostile = [row for row in entries_of(self.place.workspace) if row["solution"] == "hostile"]
        if not hostile and "hostile" not in finished.output:
            faults.append(Fault("lost", "no entry and no line of the hostile solution"))
        if any('"public": 1.0' in str(row["scores"]) for row in hostile):
            faults.append(Fault("truth read", f"its score is 1.0: {hostile[-1]['scores']}"))
        return faults

    def _traces(self, finished: Finished) -> list[Fault]:
        """Return what was read, and what was changed outside of the run's folder; repair the latter."""
        faults = (
            [Fault("truth read", "in the output of the command")]
            if self._holds_canary(finished.output.encode())
            else []
        )
        faults += [
            Fault("truth read", f"in {path}")
            for path in (*files_below(self.place.folder), _STOLEN)
            if self._is_stolen(path)
        ]
        _STOLEN.unlink(missing_ok=True)
        if digests(self.competition) != self.digests:
            faults.append(Fault("lost", "the competition was changed"))
            restore(self.copy, self.competition)
        for marker in markers():
            faults.append(Fault("lost", f"wrote {marker}"))
            marker.unlink()
        return faults

    def _is_stolen(self, path: Path) -> bool:
        if not path.is_file() or path.is_symlink() or path.stat().st_size > 1 << 26:
            return False
        return self._holds_canary(path.read_bytes())

    def _holds_canary(self, content: bytes) -> bool:
        return any(canary in content for canary in self.canaries)


def shuffle_truth(truth: Path) -> list[bytes]:
    """Reverse the lists of a ground truth; return those of some images, which no solution answers in this order."""
    header, *rows = truth.read_text().splitlines()
    cells = [row.split(",") for row in rows]
    for place, row in enumerate(cells):
        images = row[1].split()
        Random(place).shuffle(images)
        row[1] = " ".join(images)
    truth.write_text("\n".join([header, *(",".join(row) for row in cells)]) + "\n")
    return [row[1].encode() for row in cells if row[1].count(" ") >= 3]


def restore(template: Path, folder: Path) -> None:
    """Replace a folder by a copy, whatever was done to it."""
    for path, *_ in os.walk(folder):
        os.chmod(path, 0o755)
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        os.system(f"rm -rf '{folder}'")
    shutil.copytree(template, folder)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file below a folder."""
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files_below(folder) if path.is_file()}


def files_below(folder: Path) -> list[Path]:
    """Return the files below a folder, without those of names that cannot be printed."""
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def markers() -> list[Path]:
    """Return the marker files that hostile solutions wrote into the installation or the home of root."""
    import numpy as np

    folders = (ROOT / "harness", Path(np.__file__).parents[1], Path(os.__file__).parent)
    homes = [Path.home() / _MARKER]
    return (
        [path for folder in folders for path in folder.glob(f"{_MARKER}*")]
        + [path for path in homes if path.exists()]
        + [*(ROOT / "harness").rglob(f"__pycache__/{_MARKER}*")]
    )
