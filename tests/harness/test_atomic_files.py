import os
import stat
import threading
from pathlib import Path

import pytest

from harness.atomic_files import atomic_path, require_writable, write_atomically
from harness.errors import SubmissionError


def test_a_file_is_replaced_when_the_block_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with path.open() as reader:
        with atomic_path(path) as temporary:
            temporary.write_text("new")
            assert path.read_text() == "old"
        assert reader.read() == "old", "whoever reads it has all of it, old or new"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_stays_as_it_was_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_mode_is_that_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "whole", "text")
    assert stat.S_IMODE((tmp_path / "whole").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    write_atomically(link, "text")
    assert link.is_symlink()
    assert target.read_text() == "text"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_atomically(Path(os.devnull), "text")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["x" * 200 + ".csv", "a." + "y" * 200, "ü" * 100, ".hidden"])
def test_long_and_odd_names_are_written(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "no" / "a.csv", "text")


def test_two_writers_at_once_leave_one_complete_text(tmp_path: Path) -> None:
    texts = [letter * 100_000 for letter in "abcd"]
    threads = [threading.Thread(target=write_atomically, args=(tmp_path / "a.csv", text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a.csv").read_text() in texts
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["test.csv", "index.csv", "train.csv", "retrieval_solution.csv"])
def test_a_table_of_a_competition_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("id\n")
    if name != "test.csv":
        require_writable(tmp_path / name)  # without test.csv the folder is no competition
    (tmp_path / "test.csv").write_text("id\n")
    with pytest.raises(SubmissionError, match=f"{name}: is a table of a competition"):
        require_writable(tmp_path / name)
    require_writable(tmp_path / "hashes.csv")
