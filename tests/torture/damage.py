"""Damage a file of a workspace, and use the workspace: the file is made again, or named in one line."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from tests.factories.competitions import make_competition
from tests.torture.commands import Finished, Place, run
from tests.torture.hostile import restore
from tests.torture.kills import require_success, write_vectors
from tests.torture.mutation import mutate
from tests.torture.part import Fault, Part
from tests.torture.processes import left_behind
from tests.torture.results import results_of

_BEFORE = (
    ("run", "first_images", "hash", "--on", "COMP"),
    ("embeddings", "add", "mine", "COMP/vectors.npz", "--on", "COMP"),
    ("run", "embeddings('mine')", "--on", "COMP"),
    ("tune", "hash", "--on", "COMP", "--trials", "2", "--folds", "2", "--jobs", "1", "--only", "kind"),
)
_COMMANDS = (
    ("run", "first_images", "hash", "--on", "COMP"),
    ("run", "embeddings('mine')", "--on", "COMP"),
    ("tune", "hash", "--on", "COMP", "--trials", "2", "--folds", "2", "--jobs", "1", "--only", "kind"),
    ("leaderboard", "--on", "COMP"),
    ("leaderboard", "--every", "--on", "COMP", "--json"),
    ("blend", "first_images", "hash", "--on", "COMP", "--out", "OUT/b.csv"),
    ("submit", "hash", "--on", "COMP", "--out", "OUT/s.csv"),
    ("submit", "--best", "public", "--on", "COMP", "--out", "OUT/s.csv"),
    ("report", "--on", "COMP", "--out", "OUT/r.html"),
    ("embeddings", "list", "--on", "COMP"),
    ("compare", "first_images", "hash", "--on", "COMP"),
    ("solutions",),
    ("run", "hash", "--folds", "--on", "COMP"),
)
_SKIPPED = ("leaderboard.db",)  # whose flipped bits no digest finds: it is only cut, emptied or replaced


def _empty(path: Path, *_: object) -> None:
    path.write_bytes(b"")


def _cut(path: Path, random: Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(len(content) + 1)])


def _garbage(path: Path, random: Random) -> None:
    path.write_bytes(random.randbytes(random.choice((1, 20, 5000))))


def _change(path: Path, random: Random) -> None:
    path.write_bytes(mutate(random, [path.read_bytes()]))


def _folder(path: Path, *_: object) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_text("")


def _loop(path: Path, *_: object) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _text(path: Path, random: Random) -> None:
    path.write_text(
        random.choice(("{}", "[]", "null", "1e999", '{"format": 1}', '"x"', "[" * 10**5, "id\n", "\ud7ff", "NaN"))
    )


def _delete(path: Path, *_: object) -> None:
    path.unlink()


_DAMAGES: tuple[Callable[[Path, Random], None], ...] = (_empty, _cut, _garbage, _folder, _loop, _text, _delete, _change)


class DamagePart(Part):
    """Damages one file a try, and runs a command twice."""

    share = 6.0
    name = "damage"
    unit = "damaged files"
    limit_s = 300.0

    def prepare(self, folder: Path) -> None:
        """Fill a workspace."""
        self.competition = make_competition(folder / "competition", size=32)
        write_vectors(self.competition)
        self.place, self.template = Place(folder / "place"), folder / "template"
        self.place.make()
        for words in _BEFORE:
            require_success(run(self.place, *self._fill(words)))
        self.expected = {name: scores for name, (scores, _) in results_of(self.place.workspace).items()}
        shutil.copytree(self.place.folder, self.template)

    def _fill(self, words: Sequence[str]) -> list[str]:
        return [word.replace("COMP", str(self.competition)).replace("OUT", str(self.place.out)) for word in words]

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Damage a file and run a command."""
        random = Random(seed)
        restore(self.template, self.place.folder)
        files = sorted(
            path for path in self.place.workspace.rglob("*") if path.is_file() and not path.name.endswith(".lock")
        )
        path, damage = random.choice(files), random.choice(_DAMAGES)
        if damage is _change and (path.name in _SKIPPED or "descriptors" in path.parts):
            damage = _cut if path.name in _SKIPPED else _delete
        damage(path, random)
        what = f"{damage.__name__[1:]} {path.relative_to(self.place.workspace)}"
        finished = run(self.place, *self._fill(random.choice(_COMMANDS)))
        faults = [*finished.faults((0, 1)), *self._score_faults(path), *self._message_faults(finished)]
        faults += [Fault("left behind", line) for line in left_behind(self.place.folder)]
        return 1, [Fault(fault.kind, f"{what}, {' '.join(finished.words[:2])}: {fault.text}") for fault in faults]

    def _score_faults(self, path: Path) -> list[Fault]:
        """Return the entries with other scores, and those that are lost although the database is whole."""
        if path.name.startswith("leaderboard.db"):
            return []
        now = {name: scores for name, (scores, _) in results_of(self.place.workspace).items()}
        return [
            Fault("lost", f"{name} has the score {now.get(name)} instead of {scores}")
            for name, scores in self.expected.items()
            if now.get(name) != scores
        ]

    def _message_faults(self, finished: Finished) -> list[Fault]:
        """Return a fault if the command fails and names no file of the workspace."""
        if finished.code != 1 or str(self.place.folder) in finished.output or "landmark run" in finished.output:
            return []
        return [Fault("wrong", f"names no file: {finished.output.strip()[-300:]}")]
