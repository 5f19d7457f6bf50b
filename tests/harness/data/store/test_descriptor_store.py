"""The shelf itself: what is written stays, whatever others do at the same time."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.data.store import descriptor_store
from harness.data.store.array_specs import ArraySpec
from harness.data.store.descriptor_store import ExtractorStore

COLUMNS = [ArraySpec("rows", "<f4", (3,), ragged=False), ArraySpec("local", "<i4", (2,), ragged=True)]
N = 400


@pytest.fixture
def shelf(tmp_path: Path) -> ExtractorStore:
    shelf = ExtractorStore(tmp_path / "shelf", N)
    shelf.create(COLUMNS, {})
    return shelf


def write(shelf: ExtractorStore, rows: np.ndarray) -> None:
    """Write rows that tell their number, as many local ones as its last digit."""
    local = [np.full((row % 10, 2), row, np.int32) for row in rows]
    shelf.write(
        rows,
        {"rows": np.repeat(rows[:, None], 3, 1).astype(np.float32), "local": local},
        rows.astype(np.uint64) * 4 + 4,
    )


def holds(shelf: ExtractorStore, rows: np.ndarray) -> bool:
    local = shelf.ragged("local", rows)
    return (
        np.array_equal(shelf.array("rows", rows), np.repeat(rows[:, None], 3, 1))
        and np.array_equal(shelf.state(rows), rows.astype(np.uint64) * 4 + 4)
        and all(np.array_equal(found, np.full((row % 10, 2), row)) for row, found in zip(rows, local, strict=True))
    )


def test_a_new_shelf_is_undescribed_and_takes_no_room(tmp_path: Path) -> None:
    shelf = ExtractorStore(tmp_path, 1_000_000)
    assert shelf.specs == {}
    shelf.create([ArraySpec("rows", "<f4", (2048,), ragged=False)], {})
    assert not shelf.state(slice(None)).any()
    assert sum(path.stat().st_blocks * 512 for path in tmp_path.iterdir()) < 100_000


def test_scattered_rows_are_written_where_they_belong(shelf: ExtractorStore) -> None:
    for rows in (np.array([3, 4, 5, 17, 399]), np.array([0]), np.array([6, 8])):
        write(shelf, rows)
    assert holds(shelf, np.array([0, 3, 4, 5, 6, 8, 17, 399]))
    assert np.flatnonzero(shelf.state(slice(None))).tolist() == [0, 3, 4, 5, 6, 8, 17, 399]


def test_rows_may_be_written_again(shelf: ExtractorStore) -> None:
    write(shelf, np.arange(5, 20))
    write(shelf, np.arange(10, 30))
    assert holds(shelf, np.arange(5, 30))


def test_half_a_row_that_a_killed_writer_left_is_passed_over(shelf: ExtractorStore) -> None:
    write(shelf, np.arange(10))
    with (shelf.folder / "local.log").open("ab") as log:
        log.write(b"\1\2\3")
    write(shelf, np.arange(10, 20))
    assert holds(shelf, np.arange(20))


def test_all_that_many_make_and_write_at_once_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(function: Callable[..., None]) -> Callable[..., None]:
        def slow(*arguments: object) -> None:
            time.sleep(random.random() / 500)
            function(*arguments)

        return slow

    monkeypatch.setattr(ExtractorStore, "_lay_out", slowly(ExtractorStore._lay_out))
    monkeypatch.setattr(descriptor_store, "_write_all", slowly(descriptor_store._write_all))
    start = threading.Barrier(8)

    def work(part: int) -> None:
        shelf = ExtractorStore(tmp_path / "shelf", N)
        start.wait()
        shelf.create(COLUMNS, {})
        for first in range(part * 5, N, 40):
            write(shelf, np.arange(first, first + 5))

    threads = [threading.Thread(target=work, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert holds(ExtractorStore(tmp_path / "shelf", N), np.arange(N))


def test_a_block_is_claimed_by_one_at_a_time(shelf: ExtractorStore) -> None:
    other = ExtractorStore(shelf.folder, N)
    with shelf.lock_block(7, wait=False) as ours:
        assert ours
        with other.lock_block(7, wait=False) as theirs, other.lock_block(8, wait=False) as another:
            assert not theirs
            assert another
    with other.lock_block(7, wait=False) as theirs:
        assert theirs


def test_a_claim_ends_with_an_error_too(shelf: ExtractorStore) -> None:
    with pytest.raises(KeyboardInterrupt), shelf.lock_block(7, wait=False):
        raise KeyboardInterrupt
    with shelf.lock_block(7, wait=False) as ours:
        assert ours
