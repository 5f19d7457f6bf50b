import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from harness.running.answer_file import load_answer, save_answer
from harness.running.run_folder import RunFileError
from harness.submissions.answer import Answer, Labelling, Ranking

QUERIES, INDEX = np.array(["q", "r"], object), np.array(["a", "b", "c"], object)
POSITIONS = np.array([[2, 0], [1, -1]], np.int32)


def load(path: Path) -> Answer:
    return load_answer(path, QUERIES, INDEX)


@pytest.mark.parametrize(
    "answer",
    [
        Ranking.from_positions(POSITIONS, QUERIES, INDEX),
        Ranking.from_positions(POSITIONS[:, :0], QUERIES, INDEX),
        Labelling.of(np.array([3, -1]), np.array([0.5, np.nan]), QUERIES),
    ],
    ids=["ranking", "empty", "labelling"],
)
def test_an_answer_is_read_as_it_was_written(tmp_path: Path, answer: Answer) -> None:
    save_answer(tmp_path / "answer.npz", answer)
    read = load(tmp_path / "answer.npz")
    assert type(read) is type(answer)
    for name in ("positions", "landmarks", "confidences"):
        if hasattr(answer, name):
            np.testing.assert_array_equal(getattr(read, name), getattr(answer, name))


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"positions": POSITIONS.astype(np.float32)}, "an array of float32"),
        ({"positions": POSITIONS.astype(">i4")}, "an array of >i4"),
        ({"positions": POSITIONS.astype(object)}, "an array of object"),
        ({"positions": POSITIONS[:1]}, "shape"),
        ({"positions": POSITIONS[0]}, "shape"),
        ({"positions": np.zeros((2, 200), np.int32)}, "shape"),
        ({"positions": np.array([[3], [0]], np.int32)}, "outside of the index"),
        ({"positions": np.array([[-2], [0]], np.int32)}, "outside of the index"),
        ({"landmarks": np.zeros(2, np.int64)}, "has the arrays"),
        ({"landmarks": np.zeros(3, np.int64), "confidences": np.zeros(3)}, "shape"),
        ({"landmarks": np.zeros((2, 1), np.int64), "confidences": np.zeros((2, 1))}, "shape"),
        ({"landmarks": np.zeros(2), "confidences": np.zeros(2)}, "an array of float64"),
        ({"positions": POSITIONS, "confidences": np.zeros(2)}, "has the arrays"),
        ({"other": POSITIONS}, "has the members"),
        ({}, "has the arrays"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], reason: str) -> None:
    np.savez(tmp_path / "answer.npz", **arrays)
    with pytest.raises(RunFileError, match=reason):
        load(tmp_path / "answer.npz")


def archive(path: Path, compression: int, *members: tuple[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_decompression_bomb_and_large_claims_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "answer.npz"
    archive(path, zipfile.ZIP_DEFLATED, ("positions.npy", npy(np.zeros((2, 10**6), np.int32))))
    with pytest.raises(RunFileError, match="compressed"):
        load(path)
    claim = header("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 99999999999)}\n")
    archive(path, zipfile.ZIP_STORED, ("positions.npy", claim))
    with pytest.raises(RunFileError, match="damaged"):
        load(path)
    archive(path, zipfile.ZIP_STORED, ("positions.npy", npy(np.zeros((2, 10**4), np.int32))))
    with pytest.raises(RunFileError, match="at most"):
        load(path)
    with pytest.warns(UserWarning, match="Duplicate"):
        archive(path, zipfile.ZIP_STORED, *[("positions.npy", npy(POSITIONS))] * 2)
    with pytest.raises(RunFileError, match="members"):
        load(path)


def test_any_changed_byte_gives_the_same_answer_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answer.npz"
    save_answer(path, Ranking.from_positions(POSITIONS, QUERIES, INDEX))
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            assert np.array_equal(load(path).positions, POSITIONS)  # type: ignore[union-attr]
        except RunFileError:
            refused += 1
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(RunFileError):
            load(path)
    assert refused > len(whole) / 2


def test_only_a_file_of_its_own_is_opened(tmp_path: Path) -> None:
    path, other = tmp_path / "answer.npz", tmp_path / "other.npz"
    with pytest.raises(RunFileError, match="No such file"):
        load(path)
    save_answer(other, Ranking.from_positions(POSITIONS, QUERIES, INDEX))
    path.symlink_to(other)
    with pytest.raises(RunFileError):
        load(path)
    path.unlink()
    os.link(other, path)
    with pytest.raises(RunFileError, match="no.* file of its own"):
        load(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunFileError, match="file of its own"):
        load(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(RunFileError):
        load(path)
