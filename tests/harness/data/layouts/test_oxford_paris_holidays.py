"""Tests of `harness.data.layouts.oxford_paris_holidays`, `benchmark_photos` and `harness.data.complete_ground_truth`.

The second is `harness.data.layouts.benchmark_photos`.
"""

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.check import check_competition
from harness.data.competition import Competition
from harness.data.layouts.omissions import Omissions
from harness.data.layouts.oxford_paris_holidays import import_benchmark
from harness.errors import DataError
from tests.cli import run_command
from tests.factories.competitions import random_photo, save_image


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for number, name in enumerate(["church_1", "church_2", "church_3", "bridge_1", "asked"]):
        save_image(tmp_path / "source" / "jpg" / f"{name}.jpg", random_photo(None, number))
    return tmp_path / "source"


def write_pickle(source: Path, **changes: object) -> None:
    truth = {"easy": np.array([0]), "hard": [2], "junk": np.array([3]), "bbx": [4.0, 8.0, 20.6, 40.0]}
    content = {"imlist": ["church_1", "church_2", "church_3", "bridge_1"], "qimlist": ["asked"], "gnd": [truth]}
    (source / "gnd_roxford5k.pkl").write_bytes(pickle.dumps(content | changes))


def test_a_revisited_benchmark_has_grades_and_cropped_queries(source: Path, tmp_path: Path) -> None:
    write_pickle(source)
    sizes = import_benchmark(source, tmp_path / "made")
    assert sizes == {"test": 1, "index": 4, "index with a photo": 4}
    assert lines(tmp_path / "made" / "retrieval_solution.csv") == [
        "id,easy,hard,ignored",
        "asked,church_1,church_3,bridge_1",
    ]
    with Image.open(tmp_path / "made" / "test" / "asked.png") as query:
        assert query.size == (17, 32)
    competition = Competition.open(tmp_path / "made", tmp_path / "store")
    assert competition.index.ids.tolist() == ["church_1", "church_2", "church_3", "bridge_1"]
    assert all(competition.index.paths)
    assert check_competition(tmp_path / "made") == []


def test_queries_of_a_classic_pickle_may_be_index_images(source: Path, tmp_path: Path) -> None:
    truth = {"ok": [0, 1], "junk": [3], "bbx": [0, 0, 9, 9]}
    write_pickle(source, qimlist=["church_1", "church_1"], gnd=[truth, truth | {"bbx": None}])
    import_benchmark(source, tmp_path / "made")
    assert lines(tmp_path / "made" / "retrieval_solution.csv") == [
        "id,images,ignored",
        "church_1_query1,church_1 church_2,bridge_1",
        "church_1_query2,church_1 church_2,bridge_1",
    ]
    assert (tmp_path / "made" / "test" / "church_1_query2.jpg").exists()


def test_the_text_files_of_a_classic_benchmark_are_read(source: Path, tmp_path: Path) -> None:
    texts = {
        "query": "oxc1_church_1 1 2 30.5 40",
        "good": "church_1\nchurch_2\n",
        "ok": "church_3\n",
        "junk": "bridge_1",
    }
    for kind, text in texts.items():
        (source / f"church_1_{kind}.txt").write_text(text)
    import_benchmark(source, tmp_path / "made")
    assert lines(tmp_path / "made" / "retrieval_solution.csv") == [
        "id,images,ignored",
        "church_1_query1,church_1 church_2 church_3,bridge_1",
    ]


def test_holidays_groups_depend_on_file_names_and_the_query_is_ignored(tmp_path: Path) -> None:
    for number, name in enumerate(["100000", "100001", "100002", "100100", "100101", "100200"]):
        save_image(tmp_path / "jpg" / f"{name}.jpg", random_photo(None, number))
    sizes = import_benchmark(tmp_path, tmp_path / "made")
    assert sizes == {"test": 2, "index": 6, "index with a photo": 6}
    assert lines(tmp_path / "made" / "retrieval_solution.csv") == [
        "id,images,ignored",
        "100000,100001 100002,100000",
        "100100,100101,100100",
    ]


def test_without_photos_only_tables_are_written(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    write_pickle(tmp_path / "source")
    assert import_benchmark(tmp_path / "source", tmp_path / "made")["index with a photo"] == 0
    assert lines(tmp_path / "made" / "index.csv")[0] == "id"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"gnd": [{"easy": [9], "hard": [], "junk": [], "bbx": None}]}, "is not the ground truth of Oxford or Paris"),
        ({"gnd": [{"easy": [-1], "hard": [], "junk": [], "bbx": None}]}, "is not a position in imlist"),
        ({"gnd": []}, "is not the ground truth of Oxford or Paris"),
        ({"imlist": ["../a", "b", "c", "d"]}, "cannot be an image id"),
        ({"gnd": [{"easy": [0], "hard": [], "junk": [], "bbx": [30, 30, 2, 2]}]}, "the query cannot be cropped"),
    ],
)
def test_an_invalid_ground_truth_raises_and_leaves_nothing(
    source: Path, tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    write_pickle(source, **changes)
    with pytest.raises(DataError, match=complaint) as raised:
        import_benchmark(source, tmp_path / "made")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "made").exists()


def test_a_folder_without_a_benchmark_raises(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="so it is not a known benchmark"):
        import_benchmark(tmp_path, tmp_path / "made")
    with pytest.raises(DataError, match="there is no such folder"):
        import_benchmark(tmp_path / "none", tmp_path / "made")


def test_photos_may_be_in_subfolders_as_those_of_paris(source: Path, tmp_path: Path) -> None:
    write_pickle(source)
    (source / "jpg" / "church").mkdir()
    (source / "jpg" / "church_2.jpg").rename(source / "jpg" / "church" / "church_2.jpg")
    assert import_benchmark(source, tmp_path / "made")["index with a photo"] == 4


def test_the_command_counts_missing_photos(source: Path, tmp_path: Path) -> None:
    write_pickle(source)
    (source / "jpg" / "church_2.jpg").unlink()
    result = run_command("data", "import-benchmark", source, tmp_path / "made")
    assert "note: 1 index images have no photo below" in result.stderr
    assert "4 index, 3 index with a photo" in result.stdout


def test_photos_that_are_left_out_are_counted(source: Path, tmp_path: Path) -> None:
    write_pickle(source)
    left_out = Omissions(source)
    photo = next(iter(sorted((source / "jpg").iterdir())))
    (source / "jpg" / "more").mkdir()
    for name in (f"more/{photo.name}", "stranger.jpg", "scan.tif", ".hidden.jpg", "readme.txt"):
        (source / "jpg" / name).write_bytes(photo.read_bytes())
    import_benchmark(source, tmp_path / "made", left_out)
    assert [str(omission) for omission in left_out] == [
        f"photos with the name of another photo, which was taken: 1 (first 'jpg/{photo.name}')",
        "images that are not JPEG, PNG or WebP: 1 (1 .tif; first 'jpg/scan.tif'); convert them to JPEG",
        "photos that the benchmark does not list: 1 (first 'jpg/stranger.jpg')",
    ]


def test_queries_without_a_photo_are_counted(source: Path, tmp_path: Path) -> None:
    for photo in (source / "jpg").iterdir():
        photo.unlink()
    write_pickle(source)
    left_out = Omissions(source)
    import_benchmark(source, tmp_path / "made", left_out)
    assert [(omission.count, omission.reason[:23]) for omission in left_out] == [(1, "queries without a photo")]


def test_two_benchmarks_in_one_folder_are_refused(source: Path, tmp_path: Path) -> None:
    write_pickle(source)
    (source / "gnd_other.pkl").write_bytes(b"")
    with pytest.raises(DataError, match="import one benchmark at a time"):
        import_benchmark(source, tmp_path / "made")
