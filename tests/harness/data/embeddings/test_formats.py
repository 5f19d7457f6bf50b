"""Tests of `harness.data.embeddings.reading`, `harness.data.embeddings.writing`, and of the formats:
`harness.data.embeddings.formats.npy`, `harness.data.embeddings.formats.npz`, `harness.data.embeddings.formats.hdf5`,
`harness.data.embeddings.formats.hdf5_process`,
`harness.data.embeddings.formats.parquet`, `harness.data.embeddings.formats.id_files`,
`harness.data.embeddings.formats.npy_arrays`, `harness.data.embeddings.formats.vector_file`.
"""

import pickle
from pathlib import Path
from zipfile import ZipFile

import h5py
import numpy as np
import pytest

from harness.data.embeddings.formats import vector_file
from harness.data.embeddings.formats.vector_file import VectorFile
from harness.data.embeddings.reading import open_vector_files
from harness.data.embeddings.writing import require_vector_suffix, write_vectors
from harness.errors import DataError, HarnessError
from tests.factories.vectors import WRITERS, write_hdf5, write_npy, write_npz

IDS = ["a", "b", "ü", "d", "e"]
VECTORS = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
PYARROW = {".parquet", ".pq"}


def rows_of(file: VectorFile) -> np.ndarray:
    return np.concatenate([block for _, block in file.unit_blocks()])


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def error_of(*paths: Path, ids: tuple[Path, ...] = ()) -> str:
    with pytest.raises(HarnessError) as refused:
        for file in open_vector_files(paths, ids):
            rows_of(file)
    assert str(refused.value).isprintable()
    return str(refused.value)


@pytest.fixture(params=list(WRITERS))
def suffix(request: pytest.FixtureRequest) -> str:
    if request.param in PYARROW:
        pytest.importorskip("pyarrow")
    return request.param


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_every_format_gives_ids_and_unit_vectors(suffix: str, dtype: str, tmp_path: Path) -> None:
    path = WRITERS[suffix](tmp_path / f"x{suffix}", IDS, VECTORS.astype(dtype))
    (file,) = open_vector_files([path])
    assert (file.ids, file.width) == (IDS, 3)
    assert np.allclose(rows_of(file), unit(VECTORS.astype(dtype).astype("f4")), atol=1e-6)
    assert rows_of(file).dtype == np.float32


def test_blocks_of_any_size_give_the_same_rows(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = WRITERS[suffix](tmp_path / f"x{suffix}", IDS, VECTORS)
    whole = rows_of(open_vector_files([path])[0])
    for name in ("npy", "npy_arrays", "hdf5"):
        monkeypatch.setattr(f"harness.data.embeddings.formats.{name}.BLOCK_BYTES", 25)
    monkeypatch.setattr("harness.data.embeddings.formats.parquet._ROWS", 2)
    (file,) = open_vector_files([path])
    assert len(list(file.unit_blocks())) > 1
    assert np.array_equal(rows_of(file), whole)
    assert file.ids == IDS


def test_a_file_without_all_its_bytes_is_refused(suffix: str, tmp_path: Path) -> None:
    ids, vectors = [f"image{number}" for number in range(2000)], np.ones((2000, 16), np.float32)
    path = WRITERS[suffix](tmp_path / f"x{suffix}", ids, vectors)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert str(path) in error_of(path)


def test_bytes_that_are_no_such_file_are_refused(suffix: str, tmp_path: Path) -> None:
    path = WRITERS[suffix](tmp_path / f"x{suffix}", IDS, VECTORS)
    for content in (b"", b"nonsense", pickle.dumps([1, 2])):
        path.write_bytes(content)
        assert "cannot be read as" in error_of(path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_no_search_can_compare_are_refused(suffix: str, number: float, tmp_path: Path) -> None:
    vectors = VECTORS.copy()
    vectors[3, 1] = number
    message = error_of(WRITERS[suffix](tmp_path / f"x{suffix}", IDS, vectors))
    assert "vector 4 ('d') has numbers that are NaN, infinite or too large" in message


def test_numbers_beyond_float32_are_refused(tmp_path: Path) -> None:
    assert "too large" in error_of(write_npz(tmp_path / "x.npz", IDS, VECTORS.astype(float) * 1e300))


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
def test_another_number_of_ids_than_vectors_is_refused(suffix: str, tmp_path: Path) -> None:
    message = error_of(WRITERS[suffix](tmp_path / f"x{suffix}", IDS[:4], VECTORS))
    assert "holds 5 vectors, but 4 ids" in message


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
@pytest.mark.parametrize("vectors", [np.zeros(5), np.zeros((5, 0)), np.zeros((5, 3), bool), np.zeros((5, 3, 2))])
def test_arrays_that_are_no_vectors_are_refused(suffix: str, vectors: np.ndarray, tmp_path: Path) -> None:
    message = error_of(WRITERS[suffix](tmp_path / f"x{suffix}", IDS, vectors))
    assert "save numbers (images, numbers of a vector)" in message


class Bomb:
    """A pickle of it would write a file."""

    def __reduce__(self) -> object:
        return Path.touch, (Path("executed"),)


def test_no_pickle_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    objects = np.array([Bomb()] * 5, object)
    paths = [
        write_npy(tmp_path / "x.npy", IDS, objects),
        write_npz(tmp_path / "x.npz", IDS, objects),
        tmp_path / "ids.npz",
    ]
    np.savez(paths[2], ids=np.array(IDS, object), vectors=VECTORS)
    for path in paths:
        assert "a pickle, which is never opened" in error_of(path)
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(Bomb()))
    assert "pickles such as .pkl and .pt are never opened" in error_of(tmp_path / "x.pkl")
    assert not Path("executed").exists()


def test_ids_may_be_texts_bytes_or_whole_numbers(tmp_path: Path) -> None:
    for number, ids in enumerate([np.array(["7", "12"]), np.array([b"7", b"12"]), np.array([7, 12])]):
        np.savez(tmp_path / f"{number}.npz", ids=ids, vectors=VECTORS[:2])
        assert open_vector_files([tmp_path / f"{number}.npz"])[0].ids == ["7", "12"]
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["ids"], file["vectors"] = ids.astype("S") if ids.dtype.kind == "U" else ids, VECTORS[:2]
        assert open_vector_files([tmp_path / f"{number}.h5"])[0].ids == ["7", "12"]
    np.savez(tmp_path / "x.npz", ids=np.array([7.5, 12]), vectors=VECTORS[:2])
    assert "the ids are float64" in error_of(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", ids=np.array([b"\xff", b"12"]), vectors=VECTORS[:2])
    assert "cannot be read as ids in UTF-8" in error_of(tmp_path / "x.npz")


def test_ids_beside_an_array_are_in_a_text_a_table_or_an_array(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, VECTORS)
    assert "has no ids; name their file by --ids, or write one id a line to" in error_of(path)
    np.save(tmp_path / "x.ids.npy", np.array(IDS))
    assert open_vector_files([path])[0].ids == IDS
    (tmp_path / "x.ids.csv").write_text("id,other\n" + "".join(f"{each},1\n" for each in IDS))
    assert open_vector_files([path])[0].ids == IDS
    (tmp_path / "x.ids.txt").write_text("id\r\n" + "\r\n".join(IDS[::-1]) + "\r\n\r\n")
    assert open_vector_files([path])[0].ids == IDS[::-1]
    assert open_vector_files([path], [tmp_path / "x.ids.csv"])[0].ids == IDS
    assert "2 files of ids for 1 .npy files" in error_of(path, ids=(tmp_path / "x.ids.csv",) * 2)
    (tmp_path / "x.ids.txt").write_bytes(b"\xff\xfe")
    assert "cannot be read as text in UTF-8" in error_of(path)
    (tmp_path / "x.ids.csv").write_text("name\na\n")
    assert "x.ids.csv" in error_of(path, ids=(tmp_path / "x.ids.csv",))


def test_an_archive_must_hold_both_arrays_by_rows(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", ids=np.array(IDS), features=VECTORS)
    assert "has no array 'vectors', but ids, features" in error_of(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", ids=np.array(IDS), vectors=np.asfortranarray(VECTORS))
    assert "vectors must be stored by rows" in error_of(tmp_path / "x.npz")
    np.savez_compressed(tmp_path / "x.npz", ids=np.array(IDS), vectors=VECTORS)
    assert np.allclose(rows_of(open_vector_files([tmp_path / "x.npz"])[0]), unit(VECTORS))


def test_an_archive_with_damaged_content_is_refused(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "x.npz", IDS, VECTORS)
    path.write_bytes(path.read_bytes().replace(VECTORS.tobytes(), VECTORS[::-1].tobytes()))
    assert "Bad CRC-32" in error_of(path)
    with ZipFile(path, "w") as file:
        for name, array in (("ids", np.array(IDS)), ("vectors", VECTORS)):
            np.save(tmp_path / "part.npy", array)
            content = (tmp_path / "part.npy").read_bytes()
            file.writestr(f"{name}.npy", content[:-4] if name == "vectors" else content)
    assert "4 bytes too short" in error_of(path)


def test_a_small_hdf5_file_that_would_fill_the_memory_or_loop_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("ids", (1 << 34,), "i1", chunks=(1 << 20,))
        file.create_dataset("vectors", (1 << 34, 3), "f4", chunks=(1 << 16, 3))
    assert "cannot be read as HDF5: " in error_of(path)
    monkeypatch.setattr("harness.data.embeddings.formats.hdf5._SECONDS", 0)
    assert "it takes more than 0 s; is it complete?" in error_of(write_hdf5(path, IDS, VECTORS))


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    write_hdf5(tmp_path / "other.h5", IDS, VECTORS)
    (tmp_path / "raw.bin").write_bytes(VECTORS.tobytes())
    layout = h5py.VirtualLayout((5, 3), "f4")
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "vectors", (5, 3))
    for number in range(4):
        path = tmp_path / f"x{number}.h5"
        with h5py.File(path, "w") as file:
            file["ids"] = IDS
            if number == 0:
                file["vectors"] = h5py.ExternalLink("other.h5", "vectors")
            elif number == 1:
                file.create_dataset("vectors", (5, 3), "f4", external=[(str(tmp_path / "raw.bin"), 0, 60)])
            elif number == 2:
                file.create_virtual_dataset("vectors", layout)
            else:
                file.create_group("vectors")
        assert "has no dataset 'vectors' of its own" in error_of(path)


def test_lists_of_unequal_lengths_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    path = tmp_path / "x.parquet"
    pd.DataFrame({"id": IDS, "vector": [[1.0, 2], [1.0, 2], [1.0], [1.0, 2], [1.0, 2]]}).to_parquet(path)
    assert "vector 3 has 1 numbers, the first 2" in error_of(path)
    pd.DataFrame({"id": [*IDS[:4], None], "vector": list(VECTORS)}).to_parquet(path)
    assert "1 of them missing" in error_of(path)
    pd.DataFrame({"id": IDS, "vector": [*VECTORS[:4], None]}).to_parquet(path)
    assert "vector 5 has" in error_of(path)
    pd.DataFrame({"id": IDS, "x": [1.0, 2, 3, 4, None]}).to_parquet(path)
    assert "vector 5 ('e') has numbers that are NaN" in error_of(path)
    pd.DataFrame({"id": IDS, "name": IDS}).to_parquet(path)
    assert "has the columns id, name; write id, and vector with lists" in error_of(path)


def test_the_index_of_a_pandas_table_holds_ids_or_is_ignored(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    path, table = tmp_path / "x.parquet", pd.DataFrame(VECTORS, columns=["x", "y", "z"])
    table.set_index(pd.Index(IDS)).to_parquet(path)
    assert open_vector_files([path])[0].ids == IDS
    table.assign(id=IDS).iloc[[4, 1]].to_parquet(path)
    (file,) = open_vector_files([path])
    assert (file.ids, file.width) == (["e", "b"], 3)


def test_without_pyarrow_the_message_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.data.embeddings.formats.parquet.find_spec", lambda name: None)
    (tmp_path / "x.parquet").touch()
    assert "Parquet files need pyarrow: " in error_of(tmp_path / "x.parquet")
    with pytest.raises(HarnessError, match=r"\[parquet\]"):
        require_vector_suffix(tmp_path / "y.parquet")


def test_files_that_do_not_exist_or_differ_in_length_are_refused(tmp_path: Path) -> None:
    assert "there is no such file" in error_of(tmp_path / "x.npz")
    one, two = (write_npz(tmp_path / f"{n}.npz", IDS, np.ones((5, n))) for n in (2, 3))
    assert "vectors of 3 numbers" in error_of(one, two)


def test_vectors_of_unit_length_stay_as_they_are_to_the_bit(tmp_path: Path) -> None:
    rows = unit(np.random.default_rng(1).standard_normal((100, 200)).astype(np.float32))
    path = write_npz(tmp_path / "x.npz", [str(n) for n in range(100)], rows)
    assert np.array_equal(rows_of(open_vector_files([path])[0]), rows)
    assert vector_file._UNIT < 1e-4


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5", ".parquet"])
def test_a_file_written_in_blocks_reads_back(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if suffix in PYARROW:
        pytest.importorskip("pyarrow")
    monkeypatch.setattr("harness.data.embeddings.writing._ROWS", 2)
    path, rows = tmp_path / f"x{suffix}", unit(VECTORS)
    assert write_vectors(path, [(IDS[:0], rows[:0]), (IDS[:2], rows[:2]), (IDS[2:], rows[2:].astype(float))]) == (5, 3)
    (file,) = open_vector_files([path])
    assert file.ids == IDS
    assert np.array_equal(rows_of(file), rows)
    expected = {path, path.with_suffix(".ids.txt")} if suffix == ".npy" else {path}
    assert set(tmp_path.iterdir()) == expected


def test_nothing_is_written_if_describing_fails(tmp_path: Path) -> None:
    def blocks():
        yield IDS, VECTORS
        raise HarnessError("stop")

    with pytest.raises(HarnessError, match="stop"):
        write_vectors(tmp_path / "x.npz", blocks())
    with pytest.raises(DataError, match="there is no vector to write"):
        write_vectors(tmp_path / "x.npz", [(IDS[:0], VECTORS[:0])])
    with pytest.raises(DataError, match="a vector has 2 numbers, the first 3"):
        write_vectors(tmp_path / "x.npz", [(IDS, VECTORS), (IDS, VECTORS[:, :2])])
    with pytest.raises(DataError, match="vectors are written to .npy, .npz"):
        require_vector_suffix(tmp_path / "x.txt")
    assert not list(tmp_path.iterdir())
