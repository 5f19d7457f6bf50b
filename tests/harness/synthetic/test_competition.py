"""Tests of `harness.synthetic.competition`. The images also cover these modules:

`harness.synthetic.building.builder`, `harness.synthetic.building.facade`, `harness.synthetic.building.masonry`,
`harness.synthetic.building.openings`, `harness.synthetic.building.ornament`, `harness.synthetic.building.portal`,
`harness.synthetic.building.solids`, `harness.synthetic.building.style`, `harness.synthetic.building.templates`,
`harness.synthetic.camera`, `harness.synthetic.distractors`, `harness.synthetic.noise`,
`harness.synthetic.photographer`, `harness.synthetic.scene`, `harness.synthetic.surroundings.landscape`,
`harness.synthetic.surroundings.sprites`, `harness.synthetic.surroundings.weather`, `harness.synthetic.viewpoint`.
"""

import csv
import io
import json
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.errors import HarnessError
from harness.synthetic.competition import MARKER, SyntheticCompetition

SMALL = SyntheticCompetition(landmarks=4, size=64, train_per_landmark=4, index_per_landmark=4, queries_per_landmark=3)
EXIF_ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "competition"
    SMALL.write(folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def images(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(folder).items() if name.endswith(".jpg")}


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def ids(folder: Path, table: str) -> list[str]:
    return [row["id"] for row in rows(folder, table)]


def test_the_files_are_the_same_for_any_number_of_processes(folder: Path, tmp_path: Path) -> None:
    SMALL.write(tmp_path / "again", jobs=2)
    assert files(tmp_path / "again") == files(folder)


def test_another_seed_gives_other_images_and_ids(folder: Path, tmp_path: Path) -> None:
    replace(SMALL, seed=8).write(tmp_path)
    assert not set(images(tmp_path)) & set(images(folder))
    assert not set(images(tmp_path).values()) & set(images(folder).values())


@pytest.mark.parametrize("part", ["train", "index", "test"])
def test_each_id_has_one_image(folder: Path, part: str) -> None:
    nested = {f"{part}/{i[0]}/{i[1]}/{i[2]}/{i}.jpg" for i in ids(folder, part)}
    assert nested == {name for name in images(folder) if name.startswith(part)}


@pytest.mark.parametrize("table", ["train", "index", "test", "retrieval_solution", "recognition_solution"])
def test_ids_are_sorted_unique_and_16_hexadecimal_digits(folder: Path, table: str) -> None:
    values = ids(folder, table)
    assert values == sorted(set(values))
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in values)


def test_images_decode_to_about_the_given_size(folder: Path) -> None:
    for data in images(folder).values():
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        assert 35 <= max(picture.size) <= 90


def test_each_landmark_has_train_images_and_a_category(folder: Path) -> None:
    categories = rows(folder, "train_label_to_category")
    landmarks = {row["landmark_id"] for row in categories}
    assert landmarks == {"0", "1", "2", "3"} == {row["landmark_id"] for row in rows(folder, "train")}
    assert len({row["category"] for row in categories}) == len(landmarks)


def test_the_ground_truth_of_both_tasks_agrees_and_names_existing_ids(folder: Path) -> None:
    index, train = set(ids(folder, "index")), {row["landmark_id"] for row in rows(folder, "train")}
    retrieval, recognition = rows(folder, "retrieval_solution"), rows(folder, "recognition_solution")
    assert [row["id"] for row in retrieval] == [row["id"] for row in recognition] == ids(folder, "test")
    for matches, labels in zip(retrieval, recognition, strict=True):
        if labels["landmarks"]:
            assert set(matches["images"].split()) <= index
            assert matches["Usage"] == labels["Usage"]
            assert labels["landmarks"] in train
        else:
            assert (matches["images"], matches["Usage"]) == ("None", "Ignored")
            assert labels["Usage"] in {"Public", "Private"}


def test_some_queries_and_index_images_are_distractors(folder: Path) -> None:
    retrieval = rows(folder, "retrieval_solution")
    relevant = {name for row in retrieval if row["Usage"] != "Ignored" for name in row["images"].split()}
    assert 0.2 < 1 - len(relevant) / len(ids(folder, "index")) < 0.5
    assert 0.2 < sum(row["Usage"] == "Ignored" for row in retrieval) / len(retrieval) < 0.5


def test_a_near_duplicate_correlates_with_its_original(tmp_path: Path) -> None:
    replace(SMALL, near_duplicates=1.0, landmarks=1).write(tmp_path)
    query = next(row for row in rows(tmp_path, "retrieval_solution") if row["Usage"] != "Ignored")
    correlations = {
        match: np.corrcoef(thumbnail(tmp_path, "test", query["id"]), thumbnail(tmp_path, "index", match))[0, 1]
        for match in query["images"].split()
    }
    assert max(correlations.values()) > 0.9


def thumbnail(folder: Path, part: str, image_id: str) -> np.ndarray:
    path = folder / part / image_id[0] / image_id[1] / image_id[2] / f"{image_id}.jpg"
    return np.asarray(Image.open(path).convert("L").resize((12, 12)), float).ravel()


def test_some_difficult_images_are_rotated_and_have_an_exif_orientation(tmp_path: Path) -> None:
    replace(SMALL, difficulty=1.0, landmarks=12).write(tmp_path)
    values = [Image.open(io.BytesIO(data)).getexif().get(EXIF_ORIENTATION, 1) for data in images(tmp_path).values()]
    assert set(values) > {1}
    assert set(values) <= {1, 3, 6, 8}
    assert 0.01 < np.mean(np.array(values) != 1) < 0.15


def test_an_interrupted_run_resumes_and_keeps_finished_images(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SMALL.write(tmp_path, progress=stop)
    assert not list(tmp_path.glob("*.csv"))
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jpg")}
    assert 0 < len(times) < len(images(folder))
    next(iter(times)).with_suffix(".part").write_bytes(b"half an image")
    missing = times.popitem()[0]
    missing.rename(missing.with_suffix(".part"))
    SMALL.write(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert images(tmp_path) == images(folder)


def test_progress_ends_at_the_number_of_images(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    SMALL.write(tmp_path, progress=lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (len(images(tmp_path)),) * 2


def test_a_folder_with_other_files_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(HarnessError, match="holds something else"):
        SMALL.write(tmp_path)
    assert files(tmp_path) == {"holiday.jpg": b"mine"}


def test_a_folder_of_another_synthetic_competition_is_refused(folder: Path) -> None:
    with pytest.raises(HarnessError, match="holds something else"):
        replace(SMALL, seed=99).write(folder)


def test_the_marker_file_holds_the_parameters(folder: Path) -> None:
    assert json.loads((folder / MARKER).read_text())["seed"] == SMALL.seed


@pytest.mark.parametrize("numbers", [{"landmarks": 0}, {"difficulty": 1.5}, {"distractors": 1.0}, {"size": 5}])
def test_parameters_out_of_range_are_refused_by_name(numbers: dict[str, float]) -> None:
    with pytest.raises(HarnessError, match=next(iter(numbers))):
        SyntheticCompetition(**numbers)


def test_a_killed_process_is_an_error_of_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise BrokenProcessPool("a worker was killed\nby the system")

    monkeypatch.setattr("harness.synthetic.competition._draw_images", killed)
    with pytest.raises(HarnessError, match=r"a process that draws images was killed.* the same command goes on"):
        SyntheticCompetition(landmarks=1).write(tmp_path / "drawn")
