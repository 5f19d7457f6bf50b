"""Change what a result depends on, and repeat the command: the old result must not be used again."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from tests.factories.competitions import make_competition
from tests.torture.commands import Place, run
from tests.torture.part import Fault, Part
from tests.torture.results import entries_of

_SOLUTION = '''
"""Ranks the index in an order that many files decide."""
import json, os
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from harness import ImageSet, Ranking, Retrieval, TrainingData
import helper
from parts.inner import NUMBER
HERE = Path(__file__).parent
@dataclass
class Order(Retrieval):
    table: str = ""
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        self.order = helper.order() + NUMBER + 1
        self.order += int(np.load(HERE / "weights.npy")[0]) + json.loads((HERE / "settings.json").read_text())["shift"]
        self.order += len(os.listdir(HERE / "folder")) + int(open(HERE / "link.txt").read()) + (HERE / "optional.txt").exists()
    def rank(self, queries: ImageSet) -> Ranking:
        positions = (np.arange(len(self.index)) * (2 * self.order + 1) + self.order) % len(self.index)
        positions = np.array(list(dict.fromkeys(positions.tolist())))
        return Ranking.from_positions(np.tile(positions, (len(queries), 1)), queries.ids, self.index.ids)
'''


def _replace(path: Path, old: str, new: str) -> None:
    """Change a file, and neither its size nor its time."""
    status = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _repaint(folder: Path) -> None:
    path = next(folder.glob("competition/*.jpg"))
    Image.new("RGB", (32, 32), "red").save(path)


def _swap_truth(folder: Path) -> None:
    truth = folder / "competition" / "retrieval_solution.csv"
    lines = truth.read_text().splitlines()
    truth.write_text(
        "\n".join(
            [
                lines[0],
                *(
                    line.replace("Public", "x").replace("Private", "Public").replace("x", "Private")
                    for line in lines[1:]
                ),
            ]
        )
        + "\n"
    )


def _save_weights(folder: Path) -> None:
    import numpy as np

    status = (folder / "weights.npy").stat()
    np.save(folder / "weights.npy", np.array([4]))
    os.utime(folder / "weights.npy", ns=(status.st_atime_ns, status.st_mtime_ns))


def _relink(folder: Path) -> None:
    (folder / "link.txt").unlink()
    (folder / "link.txt").symlink_to(folder / "two.txt")


CHANGES: dict[str, Callable[[Path], object]] = {
    "source": lambda folder: _replace(folder / "order.py", "NUMBER + 1", "NUMBER + 2"),
    "helper module": lambda folder: _replace(folder / "helper.py", "return 1", "return 5"),
    "module of a package": lambda folder: _replace(folder / "parts" / "inner.py", "= 1", "= 6"),
    "weights": _save_weights,
    "settings": lambda folder: _replace(folder / "settings.json", "1", "3"),
    "file of a folder": lambda folder: (folder / "folder" / "more").write_text(""),
    "target of a link": lambda folder: _replace(folder / "one.txt", "1", "7"),
    "another target of a link": _relink,
    "a file that was missing": lambda folder: (folder / "optional.txt").write_text(""),
    "image": _repaint,
    "ground truth": _swap_truth,
    "damaged submission": lambda folder: [path.write_text("id,images\n") for path in folder.rglob("runs/*/*/submission.csv")],
    "deleted answer": lambda folder: [path.unlink() for path in folder.rglob("runs/*/*/answer.npz")],
}  # fmt: skip


class StalePart(Part):
    """Runs a solution, changes one thing, and runs it again."""

    share = 3.0
    is_short = True
    name = "stale"
    unit = "changes"
    limit_s = 240.0

    def prepare(self, folder: Path) -> None:
        """Write the solution and all that it reads, and run it once."""
        self.folder, self.template = folder / "all", folder / "template"
        self.folder.mkdir()
        self.place = Place(self.folder)
        self.place.make()
        make_competition(self.folder / "competition", size=32)
        write_solution(self.folder)
        if faults := self._run()[1]:
            raise RuntimeError(str(faults))
        shutil.copytree(self.folder, self.template, symlinks=True)

    def _run(self) -> tuple[str, list[Fault]]:
        finished = run(self.place, "run", self.folder / "order.py", "--on", self.folder / "competition")
        return finished.output, finished.faults((0,))

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Change something; then change nothing."""
        name = sorted(CHANGES)[seed % len(CHANGES)]
        shutil.rmtree(self.folder)
        shutil.copytree(self.template, self.folder, symlinks=True)
        before = len(entries_of(self.place.workspace))
        CHANGES[name](self.folder)
        output, faults = self._run()
        if "already finished" in output or len(entries_of(self.place.workspace)) == before:
            faults.append(Fault("stale", f"after a change of the {name}: {output.strip()[:200]}"))
        output, more = self._run()
        if "already finished" not in output:
            faults.append(Fault("wrong", f"repeated although nothing changed after the {name}: {output.strip()[:200]}"))
        return 1, [*faults, *more]


def write_solution(folder: Path) -> None:
    """Write the solution with its modules and files."""
    import numpy as np

    (folder / "order.py").write_text(_SOLUTION)
    (folder / "helper.py").write_text("def order():\n    return 1\n")
    (folder / "parts").mkdir()
    (folder / "parts" / "__init__.py").write_text("")
    (folder / "parts" / "inner.py").write_text("NUMBER = 1\n")
    np.save(folder / "weights.npy", np.array([1]))
    (folder / "settings.json").write_text('{"shift": 1}')
    (folder / "folder").mkdir()
    (folder / "folder" / "first").write_text("")
    for number, name in enumerate(("one", "two"), 1):
        (folder / f"{name}.txt").write_text(str(number))
    (folder / "link.txt").symlink_to(folder / "one.txt")
