"""Section "Hashes": perceptual hashes of queries as pictures of their bits, with the index images nearest to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solutions.hashing.hashes.codes import hex_texts, unpack_bits
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.search.hamming import nearest
from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.figures import PagePhoto, PhotoSource

KINDS = {"average": "average", "difference": "difference", "dct": "DCT", "wavelet": "wavelet"}
SIDE = 8  # rows and columns of bits
_INDEX, _TEST = 1, 2  # positions in PARTS
_SAMPLE, _PAIRS = 256, 4  # queries compared, and pairs shown
_MAX_SEARCHED = 200_000  # index images


@dataclass(frozen=True)
class BitPicture:
    """The bits of a hash as an SVG path of squares, one unit each, and as hexadecimal digits."""

    name: str
    path: str
    digits: str


@dataclass(frozen=True)
class HashPair:
    """A query and the index image with the nearest DCT hash: their hashes, and the bits that differ."""

    query: PagePhoto
    image: PagePhoto
    query_bits: BitPicture
    image_bits: BitPicture
    differing: str
    distance: int


@dataclass(frozen=True)
class HashSection:
    """Hashes of several kinds of some photographs, and pairs of photographs compared bit by bit."""

    hashed: list[tuple[PagePhoto, list[BitPicture]]]
    pairs: list[HashPair]
    compared: int  # queries among which the pairs were chosen


@dataclass(frozen=True)
class HashSelection:
    """Rows of queries, rows of the index images nearest to them, and the distances in bits; (n,) each."""

    queries: np.ndarray
    images: np.ndarray
    distances: np.ndarray
    compared: int

    def rows(self) -> Iterator[int]:
        """Yield the rows of all images."""
        yield from self.queries.tolist()
        yield from self.images.tolist()


def select_pairs(analysis: CollectionAnalysis, seed: int) -> HashSelection:
    """Select queries from the nearest to the farthest of a random sample, with the nearest index image of each."""
    rows = {part: _usable(analysis, part) for part in (_INDEX, _TEST)}
    generator = np.random.default_rng([seed, 3])
    queries = np.sort(generator.choice(rows[_TEST], min(_SAMPLE, len(rows[_TEST])), replace=False))
    searched = rows[_INDEX][:_MAX_SEARCHED]
    if not len(queries) or not len(searched):
        return HashSelection(queries[:_PAIRS], searched[:0], np.zeros(0, np.int64), 0)
    distances, positions = nearest(_codes(analysis, queries), _codes(analysis, searched), 1)
    order = np.argsort(distances[:, 0], kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, _PAIRS).astype(int))]
    return HashSelection(
        queries[chosen], searched[positions[chosen, 0]], distances[chosen, 0].astype(np.int64), len(queries)
    )


def show_hashes(analysis: CollectionAnalysis, selection: HashSelection, photos: PhotoSource) -> HashSection:
    """Return the pictures of the selected queries."""
    queries = selection.queries
    if not len(queries):
        return HashSection([], [], 0)
    bits = {kind: _bits(analysis, queries, kind) for kind in KINDS}
    hashed = [
        (photos[row], [_picture(name, bits[kind][place]) for kind, name in KINDS.items()])
        for place, row in enumerate(queries.tolist())
    ]
    images = _bits(analysis, selection.images, "dct")
    pairs = [
        HashPair(
            photos[int(queries[place])],
            photos[row],
            _picture("query", bits["dct"][place]),
            _picture("index image", images[place]),
            bit_path(bits["dct"][place] ^ images[place]),
            int(selection.distances[place]),
        )
        for place, row in enumerate(selection.images.tolist())
    ]
    return HashSection(hashed, pairs, selection.compared)


def bit_path(bits: np.ndarray) -> str:
    """Return the bits that are set as an SVG path of squares; runs in a row are joined.

    >>> bit_path(np.array([[1, 1, 0], [0, 0, 1]], bool))
    'M0 0h2v1h-2zM2 1h1v1h-1z'
    """
    path = []
    for y, row in enumerate(bits):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        path += [f"M{start} {y}h{end - start}v1h-{end - start}z" for start, end in edges.reshape(-1, 2).tolist()]
    return "".join(path)


def _picture(name: str, bits: np.ndarray) -> BitPicture:
    digits = hex_texts(np.packbits(bits.reshape(1, -1), axis=1).view(">u8").astype(np.uint64), SIDE * SIDE)[0]
    return BitPicture(name, bit_path(bits), digits)


def _usable(analysis: CollectionAnalysis, part: int) -> np.ndarray:
    rows = analysis.collection.rows_of(part)
    return np.asarray(rows[analysis.usable[rows]])


def _codes(analysis: CollectionAnalysis, rows: np.ndarray, kind: str = "dct") -> np.ndarray:
    """Return the hashes of some rows, (n,) uint64."""
    codes = np.zeros(len(rows), np.uint64)
    for where, images in analysis.collection.split(rows):
        codes[where] = images.describe(PerceptualHashes(), kind)
    return codes


def _bits(analysis: CollectionAnalysis, rows: np.ndarray, kind: str) -> np.ndarray:
    """Return the bits of the hashes of some rows, (n, SIDE, SIDE) bool."""
    if not len(rows):
        return np.zeros((0, SIDE, SIDE), bool)
    return np.asarray(unpack_bits(_codes(analysis, rows, kind)[:, None], (SIDE, SIDE)))
