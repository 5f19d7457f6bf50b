"""Fuzzing of files that are no tables: images, specs, variants, files of runs, databases, pickles, vectors, models."""

import io
import pickle
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from harness.data.embeddings.reading import open_vector_files
from harness.data.images.decode import UndecodableError, decode
from harness.data.safe_pickle import read_pickle
from harness.digest_cache import DigestCache
from harness.running.answer_file import load_answer, save_answer
from harness.running.dependencies.record import DEPENDENCIES, Dependencies, FileState
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.outcome import Outcome, finished_outcome, run_file_digest, submission_digest
from harness.running.run_folder import ANSWER, OUTCOME, SUBMISSION, RunFileError
from harness.running.variants import read_variants
from harness.solution.spec import split_spec
from harness.submissions.answer import Ranking
from leaderboard import Coverage, Entry, EntryStore, Stage
from tests.torture.fuzzing import REFUSALS, FuzzPart, faults_of, write
from tests.torture.mutation import TOKENS, mutate
from tests.torture.part import Fault


class ImagePart(FuzzPart):
    """Decode a changed image."""

    share = 1.8
    is_short = True
    name = "fuzz-images"
    refusals = (UndecodableError,)

    def prepare_samples(self, folder: Path) -> None:
        """Encode small pictures in all formats."""
        grey = Image.fromarray(np.random.default_rng(0).integers(0, 255, (24, 24), np.uint8))
        colour, samples = grey.convert("RGB"), []
        exif = Image.Exif()
        exif[274] = 6
        for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "ICO"):
            for picture in (grey, colour, colour.convert("P"), colour.convert("CMYK"), colour.convert("RGBA")):
                samples += _encoded(picture, kind, exif)
        self.samples = samples

    def read(self, random: Random) -> Sequence[Fault] | None:
        """Decode in one of the ways."""
        mode = random.choice(("L", "RGB"))
        size, reduce_to = random.choice(((None, None), ((8, 8), None), ((8, 8), 16)))
        pixels = decode(self.path, mode=mode, size=size, reduce_to=reduce_to, upright=random.random() < 0.5)
        good = pixels.dtype == np.uint8 and pixels.ndim == (2 if mode == "L" else 3)
        return None if good else [Fault("wrong", f"decoded to {pixels.dtype} {pixels.shape}")]


def _encoded(picture: Image.Image, kind: str, exif: Image.Exif) -> list[bytes]:
    buffer = io.BytesIO()
    try:
        picture.save(buffer, kind, **({"exif": exif} if kind in ("JPEG", "WEBP") else {}))
    except (OSError, ValueError):  # the format has no such pictures
        return []
    return [buffer.getvalue()]


def _descriptions(part: FuzzPart) -> SolutionDescriptions:
    """Return descriptions of solutions, which are forgotten after a while."""
    part.uses = getattr(part, "uses", 0) + 1
    if part.uses % 500 == 1:
        part.descriptions = SolutionDescriptions()
    return part.descriptions


class SpecPart(FuzzPart):
    """Parse a changed spec, and configure what it names."""

    share = 0.72
    name = "fuzz-specs"
    samples = (
        b"hash", b"hash(kind='dct')", b"hash('dct', hash_size=8)", b"mean_hash(kinds=('dct', 'average'))", b"dft", b"first_images()",
        b"embeddings('mine', whiten=True)", b"nearest(backbone='lite0', pooling='gem')", b"hash(hashes='a.csv')",
        b"hash(**{'kind': 'dct'})", b"hash(kind={1: [2, (3, {4})]})", b"my_idea.py(side=8)", b"#12",
    )  # fmt: skip
    tokens = (
        *TOKENS,
        b"(",
        b")",
        b"=",
        b"kind=",
        b"lambda: 0",
        b"...",
        b"1j",
        b"b''",
        b"f''",
        b"-" * 3000,
        b"(" * 300,
        b"[" * 5000,
        b"'" * 3,
        b"#",
        b".py",
        b"__import__('os')",
    )

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Parse a changed spec."""
        random = Random(seed)
        spec = mutate(random, self.samples, self.tokens)[:20_000].decode("utf-8", "surrogateescape")
        return 1, faults_of(lambda: self._read(spec), REFUSALS)

    def _read(self, spec: str) -> None:
        name = split_spec(spec)[0]
        if not name.endswith(".py"):
            _descriptions(self).configured(spec)


class VariantPart(FuzzPart):
    """Read a changed TOML file of variants."""

    share = 0.52
    name = "fuzz-variants"
    file_name = "variants.toml"
    samples = (
        b'[[run]]\nsolution = "hash"\nparameters.kind = ["dct", "average"]\nseeds = 2\n\n[[run]]\nsolution = "dft"\nname = "x"\n',
        b'[[run]]\nsolution = "mean_hash"\nparameters.kinds = [["dct", "average"]]\n',
        b'run = [{solution = "hash", parameters = {hash_size = [4, 8]}}]\n',
        '[[run]]\nsolution = "first_images"\nname = "日本"\n'.encode(),
    )
    tokens = (
        *TOKENS,
        b"[[run]]",
        b"solution",
        b"parameters.",
        b"seeds",
        b"=",
        b'"""',
        b"'''",
        b"#",
        b"1979-05-27",
        b"[" * 3000,
        b"a." * 3000,
    )

    def read(self, random: Random) -> None:
        """Read the variants."""
        read_variants(self.path, _descriptions(self))


class PicklePart(FuzzPart):
    """Read a changed pickle; no function that it names is called."""

    share = 0.91
    is_short = True
    name = "fuzz-pickles"
    file_name = "gnd.pkl"

    def prepare_samples(self, folder: Path) -> None:
        """Pickle lists and arrays in all protocols, and some attacks."""
        values = {
            "imlist": ["a", "b"],
            "gnd": [{"bbx": np.arange(4.0), "easy": [1], "hard": np.array([2, 3])}],
            "n": np.float32(2),
        }
        attack = b"cposix\nsystem\n(S'touch %b'\ntR." % bytes(folder / "executed")
        self.samples = [*(pickle.dumps(values, protocol) for protocol in range(6)), attack]
        self.tokens = (
            *TOKENS,
            b"cos\nsystem\n",
            b"cbuiltins\neval\n",
            b"\x8c\x08builtins\x8c\x04exec\x93",
            b"R",
            b"b",
            b"\x81",
            b"\x93",
            b"}",
            b"K\xff",
            b"B\xff\xff\xff\x7f",
            b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
        )

    def read(self, random: Random) -> Sequence[Fault] | None:
        """Read the pickle."""
        read_pickle(self.path)
        return [Fault("wrong", "a pickle was executed")] if (self.folder / "executed").exists() else None


class RunFilePart(FuzzPart):
    """Read the files of a run of which one was changed."""

    share = 0.91
    is_short = True
    name = "fuzz-run-files"

    def prepare_samples(self, folder: Path) -> None:
        """Write a run's folder."""
        self.run = folder / "run"
        self.run.mkdir()
        self.ids = np.array([f"q{row}" for row in range(3)], object), np.array([f"i{row}" for row in range(5)], object)
        save_answer(self.run / ANSWER, Ranking(*self.ids, np.zeros((3, 2), np.int32)))
        (self.run / SUBMISSION).write_text("id,images\nq0,i0\nq1,\nq2,\n")
        digests_of = submission_digest(self.run), run_file_digest(self.run / ANSWER)
        stages = (Stage("load", 1.0, 10.0, 1.0),)
        Outcome(None, stages, Coverage(3, 1, 2, 0), 1, ("i0",), {"numpy": "2"}, *digests_of).save(self.run)
        Dependencies(files={"/a": FileState("x", (1, 2, 3, 4))}, variables={"A": None}, folder="/").save(self.run)
        DigestCache(self.run / "digests.json").save()
        names = (OUTCOME, ANSWER, SUBMISSION, DEPENDENCIES, "digests.json")
        self.files = {name: (self.run / name).read_bytes() if (self.run / name).exists() else b"{}" for name in names}

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Change one file, read all, and restore it."""
        random = Random(seed)
        name = random.choice(sorted(self.files))
        changed = mutate(random, [self.files[name]])
        write(self.run / name, changed)
        faults = faults_of(lambda: self._read(name, changed), (*REFUSALS, RunFileError))
        write(self.run / name, self.files[name])
        return 1, faults

    def _read(self, name: str, changed: bytes) -> Sequence[Fault] | None:
        Dependencies.load(self.run)
        DigestCache(self.run / "digests.json").get("key", str)
        outcome = finished_outcome(self.run)
        if name in (SUBMISSION, ANSWER) and outcome and changed != self.files[name]:
            return [Fault("stale", f"a changed {name} counts as finished")]
        load_answer(self.run / ANSWER, *self.ids)
        return None


class DatabasePart(FuzzPart):
    """Read a leaderboard from a changed database."""

    share = 0.72
    name = "fuzz-databases"
    file_name = "leaderboard.db"

    def prepare_samples(self, folder: Path) -> None:
        """Write a database of two entries."""
        good = folder / "good.db"
        store = EntryStore(good)
        for seed in range(2):
            store.add(_entry(seed), {"AP": [0.5, 1.0]}, ["a", "b"])
        with sqlite3.connect(good) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self.samples = [good.read_bytes()]

    def read(self, random: Random) -> None:
        """Read the entries and what is stored with them."""
        for rest in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
        store = EntryStore(self.path)
        for entry in store.entries():
            store.per_query(entry.id or 0)
            store.query_ids(entry.id or 0)


def _entry(seed: int) -> Entry:
    return Entry(
        competition="c-1", competition_name="c", task="retrieval", split="test", solution="hash", identity="hash", seed=seed, status="scored",
        reason=None, metric="mAP@100", scores={"mAP@100": {"public": 0.5, "private": 0.25, "all": 0.3}}, coverage=Coverage(2, 2, 0, 0),
        stages=(), versions={"numpy": "2"}, code_version="x", run_key=f"k{seed}", submission="/x", log="/y", created=datetime.now(UTC), intervals={},
    )  # fmt: skip


class VectorPart(FuzzPart):
    """Open a changed file of vectors and read it."""

    share = 0.91
    name = "fuzz-vectors"
    suffixes = (".npz", ".npy", ".txt", ".parquet")

    def prepare_samples(self, folder: Path) -> None:
        """Write vectors in all formats."""
        ids, vectors = (
            np.array([f"a{row}" for row in range(6)]),
            np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32),
        )
        np.savez(folder / "a.npz", ids=ids, vectors=vectors)
        np.savez_compressed(folder / "b.npz", ids=ids, vectors=vectors)
        np.save(folder / "a.npy", vectors)
        (folder / "a.ids.txt").write_text("\n".join(ids))
        self.files = {name: (folder / name).read_bytes() for name in ("a.npz", "b.npz", "a.npy", "a.ids.txt")}
        for suffix in (".h5", ".parquet"):
            _write_optional(folder / f"a{suffix}", ids, vectors)
            if (folder / f"a{suffix}").exists():
                self.files[f"a{suffix}"] = (folder / f"a{suffix}").read_bytes()
        self.files = {name: content for name, content in self.files.items() if Path(name).suffix in self.suffixes}

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Change one of the files and read it."""
        random = Random(seed)
        name = random.choice(sorted(self.files))
        write(self.folder / name, mutate(random, [self.files[name]]))
        faults = faults_of(lambda: self._read(self.folder / name), REFUSALS)
        write(self.folder / name, self.files[name])
        return 1, faults

    def _read(self, path: Path) -> None:
        for file in open_vector_files([path.with_name("a.npy") if path.suffix == ".txt" else path]):
            for block in file.blocks():
                np.asarray(block[1] if isinstance(block, tuple) else block).sum()


class Hdf5Part(VectorPart):
    """Open a changed HDF5 file, which a process of its own reads."""

    share = 0.6
    name = "fuzz-hdf5"
    suffixes = (".h5",)
    limit_s = 240.0  # libhdf5 loops for ever on some, until the limit on processor time


def _write_optional(path: Path, ids: np.ndarray, vectors: np.ndarray) -> None:
    """Write a file in a format whose library may be missing."""
    from harness.data.embeddings.writing import write_vectors

    try:
        write_vectors(path, [(ids, vectors)])
    except Exception:  # noqa: BLE001 (the library is missing)
        shutil.rmtree(path, ignore_errors=True)


def file_parts() -> list[FuzzPart]:
    """Return all parts of this module."""
    return [
        ImagePart(), SpecPart(), VariantPart(), PicklePart(), RunFilePart(), DatabasePart(), VectorPart(), Hdf5Part(),
    ]  # fmt: skip
