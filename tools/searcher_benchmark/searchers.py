"""The searchers that are measured; the scan comes first."""

from importlib.util import find_spec

from solutions.hashing.search.index_structures.bit_sampling import BitSampling
from solutions.hashing.search.index_structures.bk_tree import BKTree
from solutions.hashing.search.index_structures.faiss_hash import FaissHash, FaissMultiHash
from solutions.hashing.search.index_structures.min_hash import MinHash
from solutions.hashing.search.index_structures.multi_index import MultiIndex
from solutions.hashing.search.index_structures.scan import Scan
from solutions.hashing.search.index_structures.searcher import Searcher
from solutions.hashing.search.index_structures.trie import Trie
from solutions.hashing.search.index_structures.vp_tree import VPTree


def searchers() -> tuple[list[Searcher], list[str]]:
    """The searchers, and a line for each library that is missing."""
    own: list[Searcher] = [
        Scan(),
        Trie(),
        Trie(digit_bits=8),
        BKTree(),
        VPTree(),
        MultiIndex(),
        BitSampling(),
        BitSampling(tables=20, bits=12),
        MinHash(),
    ]
    if find_spec("faiss") is None:
        return own, ["faiss is not installed, so its hash tables are left out; pip install faiss-cpu brings it"]
    return [*own, FaissHash(), FaissMultiHash()], []
