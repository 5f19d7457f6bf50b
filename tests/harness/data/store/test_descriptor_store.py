"""Tests of `harness.data.store.descriptor_store`, also with concurrent writers."""

import os
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
def store(tmp_path: Path) -> ExtractorStore:
    store = ExtractorStore(tmp_path / "shelf", N)
    store.create(COLUMNS, {})
    return store


def write(store: ExtractorStore, rows: np.ndarray) -> None:
    """Write rows that tell their number, as many local ones as its last digit."""
    local = [np.full((row % 10, 2), row, np.int32) for row in rows]
    store.write(
        rows,
        {"rows": np.repeat(rows[:, None], 3, 1).astype(np.float32), "local": local},
        rows.astype(np.uint64) * 4 + 4,
    )


def holds_rows(store: ExtractorStore, rows: np.ndarray) -> bool:
    local = store.ragged("local", rows)
    return (
        np.array_equal(store.array("rows", rows), np.repeat(rows[:, None], 3, 1))
        and np.array_equal(store.state(rows), rows.astype(np.uint64) * 4 + 4)
        and all(np.array_equal(result, np.full((row % 10, 2), row)) for row, result in zip(rows, local, strict=True))
    )


def test_a_new_store_has_no_rows_and_takes_no_disk_space(tmp_path: Path) -> None:
    store = ExtractorStore(tmp_path, 1_000_000)
    assert store.specs == {}
    store.create([ArraySpec("rows", "<f4", (2048,), ragged=False)], {})
    assert not store.state(slice(None)).any()
    assert sum(path.stat().st_blocks * 512 for path in tmp_path.iterdir()) < 100_000


def test_scattered_rows_are_written_to_their_positions(store: ExtractorStore) -> None:
    for rows in (np.array([3, 4, 5, 17, 399]), np.array([0]), np.array([6, 8])):
        write(store, rows)
    assert holds_rows(store, np.array([0, 3, 4, 5, 6, 8, 17, 399]))
    assert np.flatnonzero(store.state(slice(None))).tolist() == [0, 3, 4, 5, 6, 8, 17, 399]


def test_rows_may_be_written_again(store: ExtractorStore) -> None:
    write(store, np.arange(5, 20))
    write(store, np.arange(10, 30))
    assert holds_rows(store, np.arange(5, 30))


def test_half_a_row_of_a_killed_writer_is_overwritten(store: ExtractorStore) -> None:
    write(store, np.arange(10))
    with (store.folder / "local.log").open("ab") as log:
        log.write(b"\1\2\3")
    write(store, np.arange(10, 20))
    assert holds_rows(store, np.arange(20))


def test_concurrent_creation_and_writes_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def delay(function: Callable[..., None]) -> Callable[..., None]:
        def slow(*arguments: object) -> None:
            time.sleep(random.random() / 500)
            function(*arguments)

        return slow

    monkeypatch.setattr(ExtractorStore, "_lay_out", delay(ExtractorStore._lay_out))
    monkeypatch.setattr(descriptor_store, "_write_all", delay(descriptor_store._write_all))
    start = threading.Barrier(8)

    def work(part: int) -> None:
        store = ExtractorStore(tmp_path / "shelf", N)
        start.wait()
        store.create(COLUMNS, {})
        for first in range(part * 5, N, 40):
            write(store, np.arange(first, first + 5))

    threads = [threading.Thread(target=work, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert holds_rows(ExtractorStore(tmp_path / "shelf", N), np.arange(N))


def test_a_block_is_locked_by_one_process_at_a_time(store: ExtractorStore) -> None:
    other = ExtractorStore(store.folder, N)
    with store.lock_block(7, wait=False) as ours:
        assert ours
        with other.lock_block(7, wait=False) as theirs, other.lock_block(8, wait=False) as another:
            assert not theirs
            assert another
    with other.lock_block(7, wait=False) as theirs:
        assert theirs


def test_a_lock_is_released_after_an_error(store: ExtractorStore) -> None:
    with pytest.raises(KeyboardInterrupt), store.lock_block(7, wait=False):
        raise KeyboardInterrupt
    with store.lock_block(7, wait=False) as ours:
        assert ours


def replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


DAMAGES = {
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"{" * path.stat().st_size),
    "a folder": replace_by(Path.mkdir),
    "a pipe": replace_by(os.mkfifo),
    "a link to nothing": replace_by(lambda path: path.symlink_to("/nowhere/x")),
}
FILES = ("about.json", "row-state.npy", "rows.npy", "local.span.npy", "local.log")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_noticed_and_created_anew(store: ExtractorStore, file: str, damage: str) -> None:
    if (file, damage) == ("local.log", "garbage"):
        pytest.skip("changed rows are not noticed yet")
    write(store, np.arange(N))
    assert ExtractorStore(store.folder, N).is_intact()
    DAMAGES[damage](store.folder / file)
    again = ExtractorStore(store.folder, N)
    assert not again.is_intact()
    again.create(COLUMNS, {})
    assert again.is_intact()
    assert not again.state(slice(None)).any()
    write(again, np.arange(N))
    assert holds_rows(again, np.arange(N))
