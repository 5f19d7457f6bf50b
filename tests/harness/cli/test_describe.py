"""Tests of `harness.cli.describe`, `harness.delivery.descriptors` and `harness.solution.extractors`.

Subjects: `harness.delivery.plugin_vectors` and `harness.delivery.plugin_vectors_process`.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.embeddings.reading import open_vector_files
from harness.solution.extractors import load_extractor
from tests.cli import error_of, run_command, run_process
from tests.factories.competitions import write_table
from tests.factories.vectors import thumbnails, write_npz

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

EXTRACTORS = """
from dataclasses import dataclass
import numpy as np
from harness import Extractor

@dataclass(frozen=True)
class Thumbnail(Extractor):
    side: int = 4
    several: bool = False
    def describe(self, images):
        rows = images.reshape(len(images), -1).astype(np.float32)
        return {"small": rows[:, :3], "large": rows, "boxes": list(rows[:, :2, None])} if self.several else rows
"""
SOLUTION = """
from dataclasses import dataclass
import numpy as np
from harness import ImageSet, Ranking, Retrieval, TrainingData
from thumbnail_extractors import Thumbnail

@dataclass
class Centred(Retrieval):
    fail: bool = False
    def fit(self, data: TrainingData) -> None:
        self.mean = np.nanmean(data.index.describe(Thumbnail()), axis=0)
        self.index = data.index
    def rank(self, queries: ImageSet) -> Ranking:
        similarity = self.describe(queries) @ self.describe(self.index).T
        return Ranking.by_similarity(similarity, queries.ids, self.index.ids)
    def describe(self, images: ImageSet) -> np.ndarray:
        if self.fail:
            raise IndexError("no")
        rows = images.describe(Thumbnail()) - self.mean
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
"""


@pytest.fixture(autouse=True)
def _own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thumbnail_extractors.py").write_text(EXTRACTORS)
    (tmp_path / "centred.py").write_text(SOLUTION)
    monkeypatch.syspath_prepend(str(tmp_path))


def rows_of(path: Path) -> tuple[list[str], np.ndarray]:
    (file,) = open_vector_files([path])
    return file.ids, np.concatenate([block for _, block in file.unit_blocks()])


def test_an_extractor_is_written_for_all_images_without_the_undecodable_ones(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    competition = Competition.open(competition_folder, workspace / "descriptors")
    broken = competition.index.paths[3]
    assert broken
    broken.write_bytes(b"no image")
    out = tmp_path / "x.npz"
    result = run_command("describe", "thumbnail_extractors:Thumbnail", "--on", competition_folder, "--out", out)
    assert result.stdout.splitlines() == [
        f"{out}: 28 vectors of 16 numbers, of 7 test, 10 index, 12 train images",
        f"1 images have no vector, such as {competition.index.ids[3]}: they could not be decoded",
    ]
    ids, _ = rows_of(out)
    everything = [*competition.queries.ids, *competition.index.ids, *competition.train.ids]
    assert ids == [each for each in everything if each != competition.index.ids[3]]
    raw = np.load(out)["vectors"]
    expected = competition.queries.describe(load_extractor("thumbnail_extractors:Thumbnail"))
    assert np.array_equal(raw[:7], expected)


def test_one_of_several_arrays_and_some_parts_are_chosen(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    spec, out = "thumbnail_extractors:Thumbnail(several=True)", tmp_path / "x.h5"
    command = "describe", spec, "--on", competition_folder, "--out", out
    assert "has the vectors small (3 numbers), large (16 numbers); choose one by --array" in error_of(*command)
    result = run_command(*command, "--array", "small", "--part", "train", "--json")
    assert json.loads(result.stdout) == {
        "file": str(out),
        "vectors": 12,
        "width": 3,
        "missing": {"count": 0, "first": []},
        "parts": {"train": 12},
    }
    assert "'all' is no part" in error_of(*command, "--array", "small", "--part", "all")


def test_a_solution_is_fitted_and_its_vectors_rank_as_it_does(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    on, out, solution = ("--on", competition_folder), tmp_path / "x.npz", tmp_path / "centred.py"
    assert run_process("describe", solution, *on, "--out", out).returncode == 0  # it cannot open tables any more
    assert run_command("embeddings", "add", "mine", out, *on).exit_code == 0
    result = run_command("run", solution, "embeddings('mine')", *on, "--json")
    one, two = (Path(run["submission"]).read_text() for run in json.loads(result.stdout)["runs"])
    assert one == two


def test_the_vectors_of_embeddings_come_out_as_they_went_in(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    ids, vectors = thumbnails(Competition.open(competition_folder, workspace / "descriptors"))
    on, out = ("--on", competition_folder), tmp_path / "out.npz"
    run_command("embeddings", "add", "mine", write_npz(tmp_path / "in.npz", ids[::-1], vectors[::-1]), *on)
    assert run_process("describe", "embeddings('mine')", *on, "--out", out).returncode == 0
    written, rows = rows_of(out)
    assert written == ids
    assert np.allclose(rows, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), atol=1e-6)
    run_command("embeddings", "add", "again", out, *on)
    listed = json.loads(run_command("embeddings", "list", *on, "--json").stdout)
    assert listed["again"]["parts"] == listed["mine"]["parts"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("first_images", "first_images compares no single vectors; name an extractor, or another solution"),
        ("nothing", "no solution is named 'nothing'"),
        ("Square", "no extractor is named 'Square'; did you mean 'SquareExtractor'?"),
        ("SquareExtractor(size=3)", "SquareExtractor(size=3): TypeError"),
        ("no_such_module:Thumbnail", "ModuleNotFoundError"),
        ("thumbnail_extractors:Thumbnails", "did you mean 'Thumbnail'?"),
        ("thumbnail_extractors:Thumbnail(side=0)", "asks for mode"),
        ("centred.py(fail=True)", "IndexError: no"),
        ("embeddings('mine')", "no embeddings are named 'mine'"),
    ],
)
def test_what_has_no_vectors_is_refused_in_one_line(
    spec: str, message: str, competition_folder: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = "describe", spec, "--on", competition_folder, "--out", tmp_path / "x.npz"
    assert message in error_of(*command)
    assert not list(tmp_path.glob("*x.npz*"))


def test_files_that_cannot_be_written_are_refused_before_describing(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    command = "describe", "nothing", "--on", competition_folder, "--out"
    assert "vectors are written to .npy, .npz, .h5, .parquet" in error_of(*command, tmp_path / "x.txt")
    assert "there is no such folder" in error_of(*command, tmp_path / "no" / "x.npz")


def test_an_id_of_two_parts_needs_two_files(competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    competition = Competition.open(competition_folder, workspace / "descriptors")
    shared = competition.index.ids[0]
    write_table(competition_folder / "test.csv", "id", [(each,) for each in [*competition.queries.ids, shared]])
    spec, out = "thumbnail_extractors:Thumbnail", tmp_path / "x.npz"
    command = "describe", spec, "--on", competition_folder, "--out", out
    assert f"'{shared}' is in test.csv and index.csv; write one file for each, by --part" in error_of(*command)
    assert run_command(*command, "--part", "index", "--part", "train").exit_code == 0
