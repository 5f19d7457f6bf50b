import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from harness.errors import HarnessError
from harness.synthetic.competition import MARKER, SyntheticCompetition
from harness.synthetic.image_plan import Plan
from harness.synthetic.post_processing import ORIENTATIONS, Print, encode

SMALL = SyntheticCompetition(landmarks=4, size=64, train_per_landmark=4, index_per_landmark=4, queries_per_landmark=3)
EXIF_ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "competition"
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


def test_the_same_numbers_give_the_same_bytes_whatever_the_number_of_processes(folder: Path, tmp_path: Path) -> None:
    SMALL.write(tmp_path / "again", jobs=2)
    assert files(tmp_path / "again") == files(folder)


def test_another_seed_gives_other_images_and_other_ids(folder: Path, tmp_path: Path) -> None:
    replace(SMALL, seed=8).write(tmp_path)
    assert not set(images(tmp_path)) & set(images(folder))
    assert not set(images(tmp_path).values()) & set(images(folder).values())


@pytest.mark.parametrize("part", ["train", "index", "test"])
def test_every_id_has_its_image_and_every_image_its_id(folder: Path, part: str) -> None:
    nested = {f"{part}/{i[0]}/{i[1]}/{i[2]}/{i}.jpg" for i in ids(folder, part)}
    assert nested == {name for name in images(folder) if name.startswith(part)}


@pytest.mark.parametrize("table", ["train", "index", "test", "retrieval_solution", "recognition_solution"])
def test_ids_are_16_hexadecimal_digits_in_order_and_unique(folder: Path, table: str) -> None:
    found = ids(folder, table)
    assert found == sorted(set(found))
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in found)


def test_every_image_decodes_to_about_the_size_asked_for(folder: Path) -> None:
    for data in images(folder).values():
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        assert 35 <= max(picture.size) <= 90


def test_every_landmark_has_train_and_index_images_and_a_category(folder: Path) -> None:
    categories = rows(folder, "train_label_to_category")
    known = {row["landmark_id"] for row in categories}
    assert known == {"0", "1", "2", "3"} == {row["landmark_id"] for row in rows(folder, "train")}
    assert len({row["category"] for row in categories}) == len(known)


def test_ground_truth_names_known_ids_only_and_both_tasks_agree(folder: Path) -> None:
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


def test_some_queries_and_index_images_show_no_landmark(folder: Path) -> None:
    retrieval = rows(folder, "retrieval_solution")
    shown = {name for row in retrieval if row["Usage"] != "Ignored" for name in row["images"].split()}
    assert 0.2 < 1 - len(shown) / len(ids(folder, "index")) < 0.5
    assert 0.2 < sum(row["Usage"] == "Ignored" for row in retrieval) / len(retrieval) < 0.5


def test_about_a_third_of_the_queries_is_public() -> None:
    plan = Plan(7, 1000, (12, 10, 4), 0.35, 0.2)
    assert 0.3 < plan.is_public()[plan.in_order("test")].mean() < 0.37


def test_the_order_of_ids_tells_nothing_of_landmarks() -> None:
    plan = Plan(7, 200, (12, 10, 4), 0.35, 0.2)
    landmarks = [plan.landmark(number) for number in plan.in_order("train")]
    assert abs(np.corrcoef(landmarks, np.arange(len(landmarks)))[0, 1]) < 0.1


def test_train_images_are_spread_over_landmarks_with_a_long_tail() -> None:
    train = Plan(7, 1000, (12, 10, 4), 0.35, 0.2).counts[:, 0]
    assert train.min() >= 2
    assert 11 < train.mean() < 13
    assert train.max() > 5 * np.median(train)


def test_a_million_images_are_planned_with_unique_ids() -> None:
    plan = Plan(7, SyntheticCompetition.of_images(1_000_000).landmarks, (12, 10, 4), 0.35, 0.2)
    assert len(plan) == pytest.approx(1_000_000, rel=0.03)
    assert len(set(plan.ids(range(len(plan))))) == len(plan)


def test_near_duplicates_are_made_from_an_index_image_of_the_same_landmark() -> None:
    plan = Plan(7, 300, (12, 10, 4), 0.35, 0.2)
    originals = {number: plan.original(number) for number in range(len(plan))}
    made = {number: original for number, original in originals.items() if original is not None}
    assert all(plan.part(number) == "test" and plan.part(original) == "index" for number, original in made.items())
    assert all(plan.landmark(number) == plan.landmark(original) >= 0 for number, original in made.items())
    queries = sum(plan.part(number) == "test" and plan.landmark(number) >= 0 for number in originals)
    assert 0.15 < len(made) / queries < 0.25


def test_a_near_duplicate_looks_like_its_original(tmp_path: Path) -> None:
    replace(SMALL, near_duplicates=1.0, landmarks=1).write(tmp_path)
    query = next(row for row in rows(tmp_path, "retrieval_solution") if row["Usage"] != "Ignored")
    alike = {
        match: np.corrcoef(thumbnail(tmp_path, "test", query["id"]), thumbnail(tmp_path, "index", match))[0, 1]
        for match in query["images"].split()
    }
    assert max(alike.values()) > 0.9


def thumbnail(folder: Path, part: str, image_id: str) -> np.ndarray:
    path = folder / part / image_id[0] / image_id[1] / image_id[2] / f"{image_id}.jpg"
    return np.asarray(Image.open(path).convert("L").resize((12, 12)), float).ravel()


def test_some_hard_photographs_lie_on_their_side_and_some_say_so(tmp_path: Path) -> None:
    replace(SMALL, difficulty=1.0, landmarks=12).write(tmp_path)
    found = [Image.open(io.BytesIO(data)).getexif().get(EXIF_ORIENTATION, 1) for data in images(tmp_path).values()]
    assert set(found) > {1}
    assert set(found) <= {1, 3, 6, 8}
    assert 0.01 < np.mean(np.array(found) != 1) < 0.15


@pytest.mark.parametrize("turns", ORIENTATIONS)
def test_the_exif_orientation_turns_the_picture_upright(turns: int) -> None:
    upright = np.linspace(0, 255, 32 * 48 * 3).reshape(32, 48, 3).astype(np.uint8)
    turned = Print(np.ascontiguousarray(np.rot90(upright, turns)), ORIENTATIONS[turns], 95)
    seen = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(encode(turned)))), float)
    assert np.abs(seen - upright).mean() < 5


def test_an_interrupted_drawing_goes_on_and_keeps_what_is_done(folder: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SMALL.write(tmp_path, progress=stop)
    assert not list(tmp_path.glob("*.csv"))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jpg")}
    assert 0 < len(kept) < len(images(folder))
    next(iter(kept)).with_suffix(".part").write_bytes(b"half an image")
    lost = kept.popitem()[0]
    lost.rename(lost.with_suffix(".part"))
    SMALL.write(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert images(tmp_path) == images(folder)


def test_progress_counts_up_to_all_images(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    SMALL.write(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(images(tmp_path)),) * 2


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(HarnessError, match="holds something else"):
        SMALL.write(tmp_path)
    assert files(tmp_path) == {"holiday.jpg": b"mine"}


def test_a_folder_of_another_synthetic_competition_is_refused(folder: Path) -> None:
    with pytest.raises(HarnessError, match="holds something else"):
        replace(SMALL, seed=99).write(folder)


def test_a_finished_competition_says_what_it_was_drawn_from(folder: Path) -> None:
    assert json.loads((folder / MARKER).read_text())["seed"] == SMALL.seed


@pytest.mark.parametrize("numbers", [{"landmarks": 0}, {"difficulty": 1.5}, {"distractors": 1.0}, {"size": 5}])
def test_numbers_outside_their_range_are_refused_by_name(numbers: dict[str, float]) -> None:
    with pytest.raises(HarnessError, match=next(iter(numbers))):
        SyntheticCompetition(**numbers)  # type: ignore[arg-type]
