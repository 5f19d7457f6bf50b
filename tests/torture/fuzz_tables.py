"""Fuzzing of tables: submissions, ground truths, the tables of a competition, hashes and folds."""

import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from harness.data.check import check_competition
from harness.data.competition import Competition
from harness.data.ground_truth import find_ground_truth, load_ground_truth
from harness.data.hash_tables.reading import read_hash_table
from harness.data.split import load_folds
from harness.data.tables.csv_table import read_table
from harness.submissions.repair.rewrite import repair_file
from harness.submissions.validation.validate import load_reference, validate, validate_against
from tests.factories.competitions import make_competition
from tests.torture.fuzzing import FuzzPart, message_faults
from tests.torture.part import Fault


def formats(table: str) -> list[bytes]:
    """Return a table in several encodings, separators, line ends and archives."""
    plain = table.encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.csv", table)
    quoted = "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in table.splitlines())
    texts = [table.replace(",", ";"), table.replace(",", "\t"), table.replace("\n", "\r\n"), quoted, table.upper()]
    encoded = [b"\xef\xbb\xbf" + plain, table.encode("utf-16"), gzip.compress(plain, mtime=0), archive.getvalue()]
    return [plain, plain, plain, *(text.encode() for text in texts), *encoded]


class SubmissionPart(FuzzPart):
    """Validate a changed submission; now and then repair it twice, which must change nothing the second time."""

    share = 1.8
    is_short = True

    def __init__(self, task: str) -> None:
        self.task, self.name = task, f"fuzz-submission-{task}"
        self.file_name = "submission.csv"

    def prepare_samples(self, folder: Path) -> None:
        """Write a competition and good submissions."""
        self.competition = make_competition(folder / "competition", size=8)
        queries, index = (_ids(self.competition / f"{part}.csv") for part in ("test", "index"))
        if self.task == "retrieval":
            rows = [f"{query},{' '.join(index[place : place + 4])}" for place, query in enumerate(queries)]
            table = "\n".join(["id,images", *rows]) + "\n"
            lists = table.replace(" ", ".jpg ")
        else:
            rows = [f"{query},{place % 3} 0.{place}5" for place, query in enumerate(queries)]
            table = "\n".join(["id,landmarks", *rows]) + "\n"
            lists = table.replace(" 0.", ",0.")
        self.samples = [*formats(table), lists.encode(), table.partition("\n")[2].encode()]
        self.tokens = (
            *self.tokens,
            *(token.encode() for token in (*queries[:3], *index[:3], "id", "images", "landmarks")),
        )
        self.reference = load_reference(self.path, self.competition, self.task)[0]

    def read(self, random: Random) -> Sequence[Fault]:
        """Validate the file, and repair one in eight."""
        choice = random.randrange(8)
        if choice == 0:
            return self._repair()
        report = (
            validate(self.path, self.competition, self.task)
            if choice < 4
            else validate_against(self.path, self.reference, self.task)
        )
        return [fault for line in [*report.lines(), *report.summary_lines()] for fault in message_faults(line)]

    def _repair(self) -> Sequence[Fault]:
        once, twice = self.folder / "once.csv", self.folder / "twice.csv"
        result = repair_file(self.path, once, self.competition, self.task, force=True)
        faults = (
            [fault for line in result.lines() for fault in message_faults(line)] if hasattr(result, "lines") else []
        )
        repair_file(once, twice, self.competition, self.task, force=True)
        if once.read_bytes() != twice.read_bytes():
            faults.append(Fault("wrong", "fix changes its own result"))
        return faults


class TruthPart(FuzzPart):
    """Read a changed ground truth."""

    share = 1.4

    def __init__(self, task: str) -> None:
        self.task, self.name = task, f"fuzz-truth-{task}"
        self.file_name = f"competition/{task}_solution.csv"

    def prepare_samples(self, folder: Path) -> None:
        """Write a competition, whose ground truth is the sample."""
        make_competition(folder / "competition", size=8)
        self.samples = formats(self.path.read_text())
        self.tokens = (
            *self.tokens,
            b"Public",
            b"Private",
            b"Ignored",
            b"Usage",
            b"easy",
            b"hard",
            b"junk",
            b"id",
            b"images",
            b"landmarks",
        )

    def read(self, random: Random) -> Sequence[Fault] | None:
        """Find and read the ground truth; check one folder in thirty."""
        if random.randrange(30) == 0:
            lines = [str(fault) for fault in check_competition(self.path.parent)]
            return [fault for line in lines for fault in message_faults(line)]
        find_ground_truth(self.path.parent)
        truth = load_ground_truth(self.path.parent, self.task)
        return None if truth is None else [fault for note in truth.notes for fault in message_faults(note)]


class TablePart(FuzzPart):
    """Open a competition with a changed table."""

    share = 1.1
    is_short = True

    def __init__(self, part: str) -> None:
        self.part, self.name = part, f"fuzz-table-{part}"
        self.file_name = f"competition/{part}.csv"

    def prepare_samples(self, folder: Path) -> None:
        """Write a competition, whose table is the sample."""
        make_competition(folder / "competition", size=8)
        self.samples = formats(self.path.read_text())
        self.tokens = (*self.tokens, b"id", b"landmark_id", b"url", b"train/", b"..", b".jpg")

    def read(self, random: Random) -> None:
        """Open the competition, and list the paths and fingerprints of its images."""
        competition = Competition.open(self.path.parent, self.folder / "store")
        for images in (competition.train, competition.index, competition.queries):
            _ = images.paths, images.fingerprint, competition.key


class HashTablePart(FuzzPart):
    """Read a changed table of hashes or of folds."""

    share = 0.72
    name = "fuzz-hashes-and-folds"

    def prepare_samples(self, folder: Path) -> None:
        """Write tables of hashes and folds."""
        hashes = "id,part,phash,ahash\n" + "".join(f"a{row},index,{row * 37:016x},{row:016x}\n" for row in range(9))
        folds = "id,landmark_id,part,group\n" + "".join(f"a{row},{row % 3},{row % 2},{row % 2}\n" for row in range(9))
        self.samples = [*formats(hashes), *formats(folds)]
        self.tokens = (*self.tokens, b"phash", b"part", b"group", b"ffffffffffffffff", b"fffffffffffffff")

    def read(self, random: Random) -> None:
        """Read the file as one of the tables."""
        kind = random.randrange(3)
        if kind == 0:
            load_folds(self.path)
        elif kind == 1:
            read_table(self.path, ["id"], ["landmark_id"])
        else:
            read_hash_table(self.path, {"dct": ("phash", "dct"), "average": ("ahash",)})


def _ids(path: Path) -> list[str]:
    return [line.split(",")[0] for line in path.read_text().splitlines()[1:]]


def table_parts() -> list[FuzzPart]:
    """Return all parts of this module."""
    tasks = ("retrieval", "recognition")
    return [
        *map(SubmissionPart, tasks), *map(TruthPart, tasks), *map(TablePart, ("train", "index", "test")), HashTablePart(),
    ]  # fmt: skip
