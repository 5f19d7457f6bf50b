import os
import pickle
import struct
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness import HarnessError
from solutions.descriptors.networks.torch_weights import read_torch_weights

MARK = 0x1950A86A20F9469CFC6C


class Named:
    """What pickles as a name of a module that is not there."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__, self.__qualname__ = module, name


class Writer(pickle._Pickler):  # the one in Python can be taught to write names
    def save(self, thing: object, *_: object, **__: object) -> None:
        if isinstance(thing, Named):
            self.write(f"c{thing.__module__}\n{thing.__qualname__}\n".encode())
        elif isinstance(thing, Storage):
            super().save(("storage", Named("torch", thing.kind), thing.key, "cpu", len(thing.values), None))
            self.write(b"Q")
        else:
            super().save(thing)


class Storage:
    def __init__(self, key: str, values: np.ndarray) -> None:
        self.key, self.values = key, values
        self.kind = {"f": "FloatStorage", "i": "LongStorage"}[values.dtype.kind]


class Tensor:
    def __init__(self, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.parts = storage, offset, shape, strides, False, OrderedDict()

    def __reduce_ex__(self, _: object) -> object:
        return Rebuild(), self.parts


class Rebuild:
    """Stands for torch._utils._rebuild_tensor_v2."""

    def __call__(self) -> None: ...

    def __reduce_ex__(self, _: object) -> str:
        return "rebuild"


def content_of(weights: object, storages: list[Storage]) -> bytes:
    """Return a file as torch would write it."""
    written = b"".join(pickled(each) for each in (MARK, 1001, {"little_endian": True}, weights))
    written += pickled([storage.key for storage in storages])
    return written + b"".join(struct.pack("<q", len(each.values)) + each.values.tobytes() for each in storages)


def pickled(thing: object) -> bytes:
    from io import BytesIO

    class Here(Writer):
        def save(self, thing: object, *arguments: object, **named: object) -> None:
            if isinstance(thing, Rebuild):
                self.write(b"ctorch._utils\n_rebuild_tensor_v2\n")
            else:
                super().save(thing)

    file = BytesIO()
    Here(file, 2).dump(thing)
    return file.getvalue()


NUMBERS = Storage("1", np.arange(6, dtype="<f4"))
COUNT = Storage("2", np.array([7], "<i8"))
WEIGHTS = OrderedDict(
    whole=Tensor(NUMBERS, 0, (2, 3), (3, 1)),
    turned=Tensor(NUMBERS, 0, (3, 2), (1, 3)),
    part=Tensor(NUMBERS, 4, (2,), (1,)),
    count=Tensor(COUNT, 0, (), ()),
)
CONTENT = content_of(WEIGHTS, [COUNT, NUMBERS])


def named_by_digest(folder: Path, content: bytes) -> Path:
    path = folder / f"net-{sha256(content).hexdigest()[:8]}.pth"
    path.write_bytes(content)
    return path


def test_tensors_are_read_by_their_strides(tmp_path: Path) -> None:
    result = read_torch_weights(named_by_digest(tmp_path, CONTENT))
    assert list(result) == ["whole", "turned", "part", "count"]
    assert result["whole"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert result["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert result["part"].tolist() == [4, 5]
    assert (result["count"].item(), result["count"].dtype) == (7, np.int64)


def test_a_content_with_another_digest_than_the_name_is_refused(tmp_path: Path) -> None:
    path = named_by_digest(tmp_path, CONTENT)
    path.write_bytes(CONTENT[:-1] + b"\1")
    with pytest.raises(HarnessError, match="is damaged: its content does not begin with the digest in its name"):
        read_torch_weights(path)


class Harmful:
    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.made),)


def test_no_code_is_executed(tmp_path: Path) -> None:
    made = tmp_path / "made"
    for content in (
        pickle.dumps(Harmful(made), 2),
        content_of({"a": Harmful(made)}, []),
        content_of(Harmful(made), []),
        b"cbuiltins\neval\n(Vos.mkdir('made')\ntR.",
    ):
        path = tmp_path / "net.pth"
        path.write_bytes(content)
        with pytest.raises(
            HarnessError, match=r"is not a file of weights .*: it asks for (posix\.mkdir|builtins\.eval)"
        ):
            read_torch_weights(path)
    assert not made.exists()


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor(NUMBERS, 1, (6,), (1,)),
        Tensor(NUMBERS, -1, (2,), (1,)),
        Tensor(NUMBERS, 5, (2,), (-1,)),
        Tensor(NUMBERS, 0, (10**12,), (0,)),
        Tensor(NUMBERS, 0, (2,), (1, 1)),
    ],
)
def test_a_tensor_beyond_its_numbers_is_refused(tmp_path: Path, tensor: Tensor) -> None:
    (tmp_path / "net.pth").write_bytes(content_of({"a": tensor}, [NUMBERS]))
    with pytest.raises(HarnessError, match="is not a file of weights in torch's legacy format"):
        read_torch_weights(tmp_path / "net.pth")


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.binary(max_size=60), st.integers(0, len(CONTENT) - 1).map(lambda end: CONTENT[:end])))
@example(b"\x80\x02Nr\xff\xff\xff\xff.")  # claims a memo of four billion entries
def test_a_damaged_file_is_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("weights") / "net.pth"
    path.write_bytes(content)
    with pytest.raises(HarnessError) as refused:
        read_torch_weights(path)
    assert str(refused.value).startswith(f"{path}: is not a file of weights")
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"net\.pth: cannot be read: No such file"):
        read_torch_weights(tmp_path / "net.pth")
