"""Where the hashes of a solution come from: our extractors, a function of imagehash or of the user, or a table."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from harness import Extractor, HarnessError, HashTable, ImageSet, TrainingData, make_printable, read_hash_table
from solutions.hashing.hashes.codes import Words, pack_bits
from solutions.hashing.hashes.colour import ColourHashes
from solutions.hashing.hashes.crops import RotatedHashes
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.functions import FunctionHashes, HashFunction
from solutions.hashing.hashes.kinds import columns_of, kind_of, require_kind
from solutions.hashing.hashes.perceptual import SIDE, kinds_of_size

LARGEST = 64  # rows and columns of bits
NEED_IMAGES = ("decode", "upright", "rotations", "flips", "hash_size", "against")  # parameters


class HashParameters(Protocol):
    """The parameters that solutions by hashes share; `hash_size` is optional."""

    decode: Any
    upright: bool
    rotations: Any
    flips: bool
    hashes: str | None  # the path of a table


@dataclass(frozen=True)
class HashSource:
    """The extractors of one kind of hash: for the index, and for queries in each orientation."""

    index: Extractor
    queries: Extractor
    array: str  # of both
    n_orientations: int = 1

    def query_codes(self, queries: ImageSet) -> Words:
        """Return the codes of all orientations of each query, (n_queries * n_orientations, words)."""
        return as_words(queries.describe(self.queries, self.array), self.n_orientations)


def hash_source(parameters: HashParameters, kind: str, kinds: Sequence[str]) -> HashSource:
    """Return the source of one of the kinds of a solution. Raises DataError for a file that is no table of hashes."""
    if parameters.hashes is not None:
        table = open_table(parameters.hashes, kinds)
        return HashSource(table, table, kind)
    options = {"decode": parameters.decode, "upright": parameters.upright}
    options["hash_size"] = getattr(parameters, "hash_size", SIDE)
    index, array = hash_extractor(kind, **options)
    n_orientations = 1 if kind == "colour" else parameters.rotations * (1 + parameters.flips)
    turns = {"rotations": parameters.rotations, "flips": parameters.flips}
    queries = index if n_orientations == 1 else hash_extractor(kind, **options, **turns)[0]
    return HashSource(index, queries, array, n_orientations)


def hash_extractor(kind: str, *, rotations: int = 1, flips: bool = False, **options: Any) -> tuple[Extractor, str]:
    """Return the extractor of a kind, as `require_kind` returns it, and the name of its array.

    `options` are decode, upright and hash_size. The colour hash does not depend on rotations and flips.
    """
    if ":" in kind:
        return FunctionHashes(kind, rotations=rotations, flips=flips, **options), "bits"
    if kind == "colour":
        return ColourHashes(**options), kind
    if rotations == 1 and not flips:
        return PerceptualHashes(**options), kind
    return RotatedHashes(rotations=rotations, flips=flips, **options), kind


def as_words(rows: np.ndarray, n_orientations: int = 1) -> Words:
    """Return what an extractor returned for n images as codes, (n * n_orientations, words) uint64.

    >>> as_words(np.array([[[True, False], [False, True]]]), n_orientations=2).tolist()
    [[2], [1]]
    """
    flat = rows.reshape(len(rows) * n_orientations, int(np.prod(rows.shape[1:])) // n_orientations)
    return pack_bits(flat) if rows.dtype == bool else flat


def require_kinds(parameters: HashParameters, kinds: Sequence[str | HashFunction]) -> tuple[str, ...]:
    """Return the kinds that have these names or are these functions; with a table any column is one.

    Raises HarnessError for an unknown kind, a size that it cannot have, and a parameter that needs images.
    """
    if parameters.hashes is not None:
        _require_no_images(parameters)
        return tuple(map(kind_of, kinds))
    names = tuple(map(require_kind, kinds))
    require_size(names, getattr(parameters, "hash_size", SIDE))
    return names


def require_size(kinds: Sequence[str], hash_size: int) -> None:
    """Raise HarnessError if a kind has no hashes of this size."""
    if not 2 <= hash_size <= LARGEST:
        raise HarnessError(f"hash_size={hash_size} must be from 2 to {LARGEST}")
    for kind in kinds:
        if kind == "colour" and hash_size != SIDE:
            raise HarnessError(f"hash_size={hash_size}: the colour hash has 42 bits and no size; leave it out")
        if kind == "wavelet" and kind not in kinds_of_size(hash_size):
            raise HarnessError(f"hash_size={hash_size}: a wavelet hash needs a power of two, such as 8 or 16")


def _require_no_images(parameters: Any) -> None:
    for each in fields(parameters):
        value = getattr(parameters, each.name)
        if each.name in NEED_IMAGES and value != each.default:
            raise HarnessError(f"{each.name}={value!r} needs images, and hashes names a table; leave out one of them")


def source_digests(parameters: HashParameters, kinds: Sequence[str]) -> list[str]:
    """Return digests of what hashes depend on besides the images and files that parameters name.

    Raises HarnessError if there is no such module, and DataError for a file that is no table of hashes.
    """
    return [digest for kind in kinds for digest in hash_source(parameters, kind, kinds).index.made_with.values()]


def table_notes(
    parameters: HashParameters, kinds: Sequence[str], data: TrainingData, queries: ImageSet
) -> Sequence[str]:
    """Return what a table lacks: images without a hash, and ids that are of no image of the competition.

    Raises DataError if the index or the queries have no hash at all.
    """
    if parameters.hashes is None:
        return ()
    table = open_table(parameters.hashes, kinds)
    notes = [*_missing_note(table, "index images", data.index), *_missing_note(table, "queries", queries)]
    unknown = table.unknown_ids([data.train.source, data.index.source, queries.source])
    if unknown.count and queries.source is not data.train.source:  # folds know the train images only
        notes.append(f"{table.path}: ids of no image: {unknown.count}, such as {_short(unknown.example)}")
    return notes


def _missing_note(table: HashTable, what: str, images: ImageSet) -> list[str]:
    missing = images.ids[images.undecodable(table)].tolist() if len(images) else []
    return [f"{table.path}: {what} without a hash: {len(missing)}, such as {_short(missing[0])}"] if missing else []


def _short(image_id: object) -> str:
    return f"{make_printable(str(image_id)):.60}"


def open_table(path: str, kinds: Sequence[str]) -> HashTable:
    """Return the hashes of these kinds from a table; DataError for a file that is none."""
    file = Path(path)
    state = file.stat() if file.is_file() else None
    return _read_table(file, tuple(kinds), state and (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=2)  # several kinds and several folds share it
def _read_table(file: Path, kinds: tuple[str, ...], _state: object) -> HashTable:
    return read_hash_table(file, {kind: columns_of(kind) for kind in kinds})
