"""Tests of `harness.cli.embeddings`."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness.cli import _paste
from harness.data.competition import Competition
from tests.cli import error_of, run_command
from tests.factories.vectors import thumbnails, write_npy, write_npz


@pytest.fixture
def vectors(competition_folder: Path, workspace: Path) -> tuple[list[str], np.ndarray]:
    return thumbnails(Competition.open(competition_folder, workspace / "descriptors"))


def test_the_report_counts_by_part_and_names_the_next_command(
    vectors, competition_folder: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, rows = vectors
    rows[3] = 0
    path = write_npz(tmp_path / "x.npz", [*ids[:20], "x", ids[0]], rows[:22])
    monkeypatch.setattr(_paste, "program_words", lambda: ["landmark"])
    command = "embeddings", "add", "mine", path, "--on", competition_folder, "--workspace", workspace
    lines = run_command(*command).stdout.splitlines()
    place = f"--on {competition_folder} --workspace {workspace}"
    assert lines == [
        "mine: 22 vectors of 48 numbers",
        f"  test  6 of 7 images have a vector; none for '{ids[3]}'",
        "  index 10 of 10 images have a vector",
        f"  train 3 of 12 images have a vector; none for '{ids[20]}'",
        "  1 ids are in no table of the competition, such as 'x'",
        f"  1 ids are repeated, and their last vector counts, such as '{ids[0]}'",
        f"  1 vectors are zeros only and count as none, such as '{ids[3]}'",
        f"run them with: landmark run \"embeddings('mine')\" {place}",
        f"run them with: landmark run \"embeddings_recognition('mine')\" {place}",
    ]


def test_a_hostile_id_is_printed_as_one_short_line(
    vectors, competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    ids, rows = vectors
    path = write_npz(tmp_path / "x.npz", ["a\n\x1b[31m" + 100_000 * "z", *ids[1:]], rows)
    lines = run_command("embeddings", "add", "mine", path, "--on", competition_folder).stdout.splitlines()
    hostile = next(line for line in lines if "in no table" in line)
    assert hostile.startswith("  1 ids are in no table of the competition, such as 'a\\n\\x1b[31mzz")
    assert max(map(len, lines)) < 200


def test_further_files_extend_and_json_tells_the_same(
    vectors, competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    ids, rows = vectors
    first = write_npz(tmp_path / "first.npz", ids[:10], rows[:10])
    second = write_npy(tmp_path / "second.npy", ids[10:], rows[10:])
    run_command("embeddings", "add", "mine", first, "--on", competition_folder)
    command = "embeddings", "add", "mine", second, "--ids", tmp_path / "second.ids.txt", "--on", competition_folder
    document = json.loads(run_command(*command, "--json").stdout)
    assert document["vectors"] == 19
    assert {part: each["missing"]["count"] for part, each in document["parts"].items()} == dict.fromkeys(
        ("test", "index", "train"), 0
    )
    listed = json.loads(run_command("embeddings", "list", "--on", competition_folder, "--json").stdout)
    assert listed["mine"]["width"] == 48
    assert listed["mine"]["sources"] == ["first.npz", "second.npy"]
    assert {part: each["n_vectors"] for part, each in listed["mine"]["parts"].items()} == {
        "test": 7,
        "index": 10,
        "train": 12,
    }


def test_embeddings_are_listed_and_removed(vectors, competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    on = "--on", competition_folder
    assert "none; add some with" in run_command("embeddings", "list", *on).stdout
    run_command("embeddings", "add", "mine", write_npz(tmp_path / "x.npz", *vectors), *on)
    assert "48 numbers   test 7, index 10, train 12   from x.npz" in run_command("embeddings", "list", *on).stdout
    assert run_command("embeddings", "remove", "mine", *on).stdout == "mine: removed\n"
    assert "no embeddings are named 'mine'" in error_of("embeddings", "remove", "mine", *on)


def test_errors_name_no_ground_truth(vectors, competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    ids, rows = vectors
    rows[4, 4] = np.nan
    for path in (write_npz(tmp_path / "x.npz", ids, rows), write_npz(tmp_path / "y.npz", ["x"] * 29, rows * 0)):
        message = error_of("embeddings", "add", "mine", path, "--on", competition_folder)
        assert str(path) in message
        assert "landmark" not in message


def test_embeddings_are_run_by_name_and_skipped_without(
    vectors, competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    path = write_npz(tmp_path / "x.npz", *vectors)
    run_command("embeddings", "add", "mine", path, "--on", competition_folder)
    specs = "embeddings('mine', expansion=2)", "embeddings_recognition('mine')"
    result = run_command("run", *specs, "--on", competition_folder)
    assert result.exit_code == 0
    assert "embeddings(name='mine', expansion=2): mAP@100" in result.stdout
    assert "embeddings_recognition(name='mine'): GAP" in result.stdout
    again = run_command("run", specs[0], "--on", competition_folder)
    assert "already finished" in again.stdout
    assert "embeddings needs name" in error_of("run", "embeddings", "--on", competition_folder)
