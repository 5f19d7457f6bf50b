"""Tests of `harness.data.safe_pickle`: data is read, and no function of a pickle is executed."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.data.safe_pickle import read_pickle
from harness.errors import DataError

CONTENT = {
    "imlist": ["a", "b"],
    "gnd": [{"bbx": [1.5, 2, 3, 4], "easy": np.array([0, 3]), "hard": np.array([], np.int32), "junk": [1]}],
    "big": np.arange(6, dtype=">i8").reshape(2, 3),
    "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "one": np.float32(0.5),
    "names": np.array(["x", "yz"]),
    "objects": np.array(["x", 7], object),
}
PLAIN = {
    "imlist": ["a", "b"],
    "gnd": [{"bbx": [1.5, 2, 3, 4], "easy": [0, 3], "hard": [], "junk": [1]}],
    "big": [[0, 1, 2], [3, 4, 5]],
    "columns": [[0, 1, 2], [3, 4, 5]],
    "one": 0.5,
    "names": ["x", "yz"],
    "objects": ["x", 7],
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_become_lists_whatever_the_protocol(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(CONTENT, protocol))
    assert read_pickle(path) == PLAIN


class Harmful:
    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> object:
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [(os.mkdir, ["{}"]), (eval, ["__import__('os').mkdir({!r})"]), (np.fromfile, ["{}"]), (getattr, ["{}", "split"])],
)
def test_no_code_is_executed(protocol: int, function: object, arguments: list[str], tmp_path: Path) -> None:
    path, made = tmp_path / "a.pkl", tmp_path / "made"
    path.write_bytes(pickle.dumps(Harmful(function, *(each.format(str(made)) for each in arguments)), protocol))
    with pytest.raises(DataError, match="it asks for"):
        read_pickle(path)
    assert not made.exists()


@given(st.binary(max_size=60))
@example(b"cnumpy\ndtype\n(S'O'\ntR.")
@example(b"cnumpy\nndarray\n)R(I1\n(I99999999999\ntcnumpy\ndtype\n(S'i8'\ntRI00\nS''\ntb.")
@example(pickle.dumps(CONTENT)[:-9])
def test_a_damaged_pickle_raises_in_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("pickle") / "a.pkl"
    path.write_bytes(content)
    try:
        read_pickle(path)
    except DataError as error:
        assert str(path) in str(error)


def test_the_error_names_a_missing_pickle(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_pickle(tmp_path / "a.pkl")
