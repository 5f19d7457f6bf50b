"""Tests of `harness.data.safe_pickle` and `harness.data.restricted_unpickler`.

Data is read, no function of a pickle is executed, and a small pickle needs little memory and time.
"""

import os
import pickle
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.data.restricted_unpickler import RestrictedUnpickler
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


def array(shape: str, content: bytes, kind: str = "b1") -> bytes:
    """Return the opcodes of an array with a shape that is given as opcodes."""
    make = f"cnumpy.core.multiarray\n_reconstruct\n(tRcnumpy\ndtype\n(S'{kind}'\ntR".encode()
    return make + b"p9\n0(I1\n" + shape.encode() + b"g9\nI00\n" + content + b"tb"


LISTS = b"(lp0\n" + b"".join(b"(" + b"g%d\n" % n * 20 + b"lp%d\n" % (n + 1) for n in range(20)) + b"."
TUPLES = b"()\x94" + b"".join(b"h%c" % n * 2 + b"\x86\x94" for n in range(60))
GREEDY = {
    "lists in lists, again and again": LISTS,
    "a key of tuples in tuples": b"\x80\x04}" + TUPLES[1:] + b"K\x01s.",
    "a byte array that is not there": b"\x80\x05\x96" + (1 << 33).to_bytes(8, "little") + b".",
    "an integer that gives its number of bytes": b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'b1'\ntRI3000000000\ntR.",
    "a billion empty rows": array("(I1000000000\nI0\nt", b"S''\n") + b".",
    "a set": b"\x80\x04\x8f(K\x01\x90.",
    "a function with other defaults": b"c_codecs\nencode\n(N}S'__defaults__'\n(I1\ntstb.",
}


@pytest.mark.parametrize("kind", GREEDY)
def test_a_small_pickle_that_would_fill_the_memory_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(GREEDY[kind])
    with pytest.raises(DataError, match="is no pickle of lists, numbers and arrays alone"):
        read_pickle(path)


def test_attributes_of_a_dictionary_of_weights_are_left_out() -> None:
    class Reader(RestrictedUnpickler):
        functions: ClassVar = {("collections", "OrderedDict"): OrderedDict}

    weights = OrderedDict(layer=1)
    weights._metadata = OrderedDict()  # type: ignore[attr-defined]  # as torch does
    read = Reader(BytesIO(pickle.dumps(weights, protocol=2))).load()
    assert read == weights
    assert not hasattr(read, "_metadata")
