"""Tests of `harness.data.image_set`, `harness.data.images.source`, `harness.data.store.extractor` and
`harness.data.store.ragged`.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.images import decode as decoding
from harness.data.store import describe as describing
from harness.data.store.descriptor_store import ExtractorStore
from harness.data.store.extractor import Descriptors, Extractor
from harness.errors import SolutionError
from tests.factories.competitions import make_competition, random_photo, save_image

ROWS = 10  # images in the index of the little competition


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", "2")
    Tiny.seen.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_competition(tmp_path / "competition")


def index_of(folder: Path) -> ImageSet:
    """Return the index as a new process would see it."""
    return Competition.open(folder, folder.parent / "store").index


@dataclass(frozen=True)
class Tiny(Extractor):
    """Extracts small thumbnails and records the batches."""

    side: int = 4
    batch: ClassVar[int] = 3
    seen: ClassVar[list[int]] = []

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Descriptors:
        self.seen.append(len(images))
        return np.stack([image.ravel() for image in images]).astype(np.float32)

    @classmethod
    def count(cls) -> int:
        """Return the images described since the last call, without the black test image."""
        result = sum(cls.seen[1:]) if cls.seen[:1] == [1] else sum(cls.seen)
        cls.seen.clear()
        return result


@dataclass(frozen=True)
class Many(Extractor):
    """Several arrays from one pass, one of them ragged: as many rows as the first pixel says, or none."""

    side: int = 4
    batch: ClassVar[int] = 3

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Mapping[str, Descriptors]:
        pixels = np.stack([image.ravel() for image in images])
        local = [np.outer(np.arange(row[0] % 4), row[:2]).astype(np.int32) for row in pixels]
        return {"pixels": pixels, "mean": pixels.mean(axis=1), "local": local}


@dataclass(frozen=True)
class Sizes(Extractor):
    """Height and width as decoded."""

    mode = "RGB"

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Descriptors:
        return np.array([image.shape for image in images])


@dataclass(frozen=True)
class MeanColour(Extractor):
    """The mean of each channel, which the transform computes."""

    mode = "RGB"

    @property
    def transform(self) -> Callable[[np.ndarray], np.ndarray]:
        return lambda image: image.mean(axis=(0, 1))

    def describe(self, images: Sequence[np.ndarray]) -> Descriptors:
        return np.stack(images)


def mean_colours(images: ImageSet) -> np.ndarray:
    """Return what Tiny gives, one by one."""
    pixels = [decoding.decode(path or "", size=(4, 4), reduce_to=8, upright=True) for path in images.paths]
    return np.stack(pixels).reshape(len(images), -1).astype(np.float32)


def test_rows_come_in_the_order_of_the_set(folder: Path) -> None:
    index = index_of(folder)
    assert np.array_equal(index.describe(Tiny()), mean_colours(index))
    assert len(index) == ROWS


def test_describe_is_given_the_results_of_the_transform(folder: Path) -> None:
    index = index_of(folder)
    expected = [decoding.decode(path or "", mode="RGB", upright=True).mean(axis=(0, 1)) for path in index.paths]
    assert np.array_equal(index.describe(MeanColour()), expected)


def test_images_are_described_once_and_then_read_from_the_store(folder: Path) -> None:
    first = index_of(folder).describe(Tiny())
    assert Tiny.count() == ROWS
    assert np.array_equal(index_of(folder).describe(Tiny()), first)
    assert Tiny.seen == []


def test_rows_of_a_slice_are_a_view_of_the_file(folder: Path) -> None:
    rows = index_of(folder)[2:6].describe(Tiny())
    assert not rows.flags.owndata
    assert not rows.flags.writeable


@pytest.mark.parametrize(
    "selection",
    [
        slice(2, 5),
        slice(None, None, -1),
        slice(0, 0),
        3,
        -1,
        [4, 1, 1],
        [],
        np.arange(ROWS) % 3 == 0,
        np.zeros(ROWS, bool),
    ],
)
def test_a_slice_shares_rows_of_its_parent_and_describes_no_others(folder: Path, selection: object) -> None:
    index = index_of(folder)
    part = index[selection]
    assert part.describe(Tiny()).tolist() == mean_colours(index)[np.atleast_1d(np.arange(ROWS)[selection])].tolist()
    assert Tiny.count() == len(set(part.ids))
    index.describe(Tiny())
    assert sum(Tiny.seen) == ROWS - len(set(part.ids))


def test_a_slice_of_a_slice_is_a_slice(folder: Path) -> None:
    index = index_of(folder)
    mask = np.arange(ROWS) % 2 == 0
    assert index[mask][1:3].ids.tolist() == index.ids[[2, 4]].tolist()
    assert index[mask][[True, False, True, False, False]].ids.tolist() == index.ids[[0, 4]].tolist()


def test_ids_are_read_only(folder: Path) -> None:
    index = index_of(folder)
    for ids in (index.ids, index[2:4].ids, index[[3, 1]].ids):
        with pytest.raises(ValueError, match="read-only"):
            ids[0] = "other"


def test_several_arrays_come_from_one_pass(folder: Path) -> None:
    index = index_of(folder)
    pixels = index.describe(Many(), "pixels")
    assert pixels.dtype == np.uint8
    assert np.array_equal(index.describe(Many(), "mean"), pixels.mean(axis=1))
    local = index[[7, 2]].describe_ragged(Many(), "local")
    assert len(local) == 2
    for rows, row in zip(local, pixels[[7, 2]], strict=True):
        assert np.array_equal(rows, np.outer(np.arange(row[0] % 4), row[:2]))


def test_the_only_ragged_array_needs_no_name(folder: Path) -> None:
    index = index_of(folder)
    named, alone = index.describe_ragged(Many(), "local"), index.describe_ragged(Many())
    assert [rows.tolist() for rows in named] == [rows.tolist() for rows in alone]


@pytest.mark.parametrize("name", [None, "local", "other", "state", "../pixels"])
def test_an_unknown_array_raises(folder: Path, name: str | None) -> None:
    with pytest.raises(
        SolutionError, match=r"gives pixels: uint8 \(16\); mean: .*; name an array that describe can return"
    ):
        index_of(folder).describe(Many(), name)


def test_images_as_decoded_keep_their_sizes(folder: Path) -> None:
    index = index_of(folder)
    save_image(index.paths[3] or folder, random_photo(0, 0, 30)[:20])
    assert index_of(folder).describe(Sizes())[2:4].tolist() == [[48, 48, 3], [20, 30, 3]]


def break_images(folder: Path) -> tuple[list[int], ImageSet]:
    """Break some images of the index in every way; return which."""
    paths = [path for path in index_of(folder).paths if path]
    paths[0].write_bytes(b"")
    paths[2].write_bytes(paths[2].read_bytes()[:300])
    paths[4].unlink()
    for place, remake in ((5, Path.mkdir), (6, os.mkfifo), (7, lambda path: path.symlink_to(path))):
        paths[place].unlink()
        remake(paths[place])
    return [0, 2, 4, 5, 6, 7], index_of(folder)


def test_undecodable_images_have_missing_rows_and_are_reported(folder: Path) -> None:
    bad, index = break_images(folder)
    good = np.setdiff1d(np.arange(ROWS), bad)
    rows = index.describe(Tiny())
    assert np.isnan(rows[bad]).all()
    assert np.array_equal(rows[good], mean_colours(index[good]))
    assert index.describe(Many(), "pixels")[bad].max() == 0
    assert [len(each) for each in index[bad].describe_ragged(Many())] == [0] * len(bad)
    assert np.flatnonzero(index.undecodable(Tiny())).tolist() == bad
    assert index.found_undecodable == set(index.ids[bad])
    assert index[good].describe(Tiny()).shape == (4, 16)


def test_a_set_of_broken_images_has_only_missing_rows(folder: Path) -> None:
    for path in index_of(folder).paths:
        assert path
        path.write_bytes(b"no image")
    index = index_of(folder)
    assert np.isnan(index.describe(Tiny())).all()
    assert index.undecodable(Tiny()).all()
    assert Tiny.count() == 0, "an extractor is only given images"


def test_an_empty_set_has_rows_of_the_right_shape(tmp_path: Path) -> None:
    index = index_of(make_competition(tmp_path / "competition", index=0))
    assert index.describe(Tiny()).shape == (0, 16)
    assert index.describe(Many(), "pixels").shape == (0, 16)
    assert len(index.describe_ragged(Many())) == 0
    assert index.undecodable(Tiny()).tolist() == []
    assert index[:0].describe(Tiny()).shape == (0, 16)


def test_a_broken_image_is_decoded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, index = break_images(folder)
    index.describe(Tiny())
    monkeypatch.setattr(describing, "decode", None)
    assert index_of(folder).undecodable(Tiny()).sum() == len(bad)


def test_an_unreadable_image_is_decoded_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise decoding.UnreadableError("Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(describing, "decode", unreadable)
        assert index_of(folder).undecodable(Tiny()).all()
    assert not index_of(folder).undecodable(Tiny()).any()


def replace_keeping_time(path: Path, pixels: np.ndarray) -> None:
    """Put another image in place of a file, with its size and time of change."""
    before = path.stat()
    save_image(path, pixels)
    path.write_bytes(path.read_bytes()[: before.st_size].ljust(before.st_size, b"\0"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def replace_file(path: Path, pixels: np.ndarray) -> None:
    """Put another image in place of a file by renaming, as editors and downloaders do."""
    save_image(path.with_name("new.bmp"), pixels)
    path.with_name("new.bmp").rename(path)


@pytest.mark.parametrize("change", [replace_keeping_time, replace_file, save_image])
def test_a_changed_image_is_described_again_and_no_other(folder: Path, change) -> None:
    before = index_of(folder)
    before.describe(Tiny())
    Tiny.seen.clear()
    change(before.paths[3], random_photo(2, "other"))
    index = index_of(folder)
    assert np.array_equal(index.describe(Tiny()), mean_colours(index))
    assert Tiny.seen == [1]
    assert index.fingerprint != before.fingerprint


def test_a_removed_image_has_a_missing_row_until_it_is_back(folder: Path) -> None:
    path = index_of(folder).paths[3]
    assert path
    index_of(folder).describe(Tiny())
    content = path.read_bytes()
    path.unlink()
    assert np.isnan(index_of(folder).describe(Tiny())[3]).all()
    path.write_bytes(content)
    assert not np.isnan(index_of(folder).describe(Tiny())[3]).any()


def test_a_file_of_any_date_has_a_fingerprint(folder: Path) -> None:
    path = index_of(folder).paths[0]
    assert path
    result = set()
    for second in (-(2**31), 0, 2**31, 2**33):
        os.utime(path, (second, second))
        result.add(index_of(folder).fingerprint)
    assert len(result) == 4


def test_the_fingerprint_depends_on_the_images_of_the_set_only(folder: Path) -> None:
    index = index_of(folder)
    assert index.fingerprint == index_of(folder).fingerprint
    assert len({index.fingerprint, index[:5].fingerprint, index[5:].fingerprint, index[::-1].fingerprint}) == 4


def test_other_ids_or_another_folder_have_their_own_descriptors(tmp_path: Path) -> None:
    for name in ("one", "two"):
        index_of(make_competition(tmp_path / name)).describe(Tiny())
    assert Tiny.count() == 2 * ROWS + 1  # and the second black image


@dataclass(frozen=True)
class Failing(Extractor):
    """Raises for one image until it is mended."""

    side: int = 4
    batch: ClassVar[int] = 1
    mended: ClassVar[bool] = False
    seen: ClassVar[list[float]] = []

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Descriptors:
        self.seen.append(float(images[0].mean()))
        if not self.mended and len(self.seen) == ROWS:
            raise ValueError("I do not like this one")
        return np.ones((len(images), 1))


def test_an_extractor_that_raises_leaves_a_store_that_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="I do not like this one"):
        index_of(folder).describe(Failing())
    monkeypatch.setattr(Failing, "mended", True)
    before = len(Failing.seen)
    assert index_of(folder).describe(Failing()).sum() == ROWS
    assert 1 <= len(Failing.seen) - before <= 3, "only what was under way is described again"


def test_a_full_disk_leaves_a_store_that_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(ExtractorStore, "write", full)
        index_of(folder).describe(Tiny())
    index = index_of(folder)
    assert np.array_equal(index.describe(Tiny()), mean_colours(index))


def test_threads_on_one_set_share_the_work(tmp_path: Path) -> None:
    index = index_of(make_competition(tmp_path / "competition", index=30))
    results: dict[int, np.ndarray] = {}

    def describe(part: int) -> None:
        results[part] = index[part::3].describe(Tiny()) if part < 3 else index.describe(Tiny())

    threads = [threading.Thread(target=describe, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert np.array_equal(results[3], mean_colours(index))
    assert all(np.array_equal(results[part], mean_colours(index)[part::3]) for part in range(3))
    assert len(index) <= sum(Tiny.seen) <= len(index) + 4, "each image once, and a black one for each thread"


def test_no_locks_are_left_behind(folder: Path) -> None:
    index_of(folder).describe(Many(), "mean")
    assert not list((folder.parent / "store").rglob("block-*"))
