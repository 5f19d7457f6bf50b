"""The searchers of the benchmark; the scan comes first."""

from solutions.hashing.search.index_structures.bit_sampling import BitSampling
from solutions.hashing.search.index_structures.faiss_hash import FaissHash, FaissMultiHash
from solutions.hashing.search.index_structures.metric_tree import BKTree, VPTree
from solutions.hashing.search.index_structures.min_hash import MinHash
from solutions.hashing.search.index_structures.multi_index import MultiIndex
from solutions.hashing.search.index_structures.scan import Scan
from solutions.hashing.search.index_structures.searcher import HammingSearcher
from solutions.hashing.search.index_structures.trie import Trie


def all_searchers() -> list[HammingSearcher]:
    """Return the searchers; the scan, which the others are compared with, is the first."""
    trees = [Trie(), Trie(digit_bits=8), BKTree(), VPTree()]
    tables = [MultiIndex(), BitSampling(), BitSampling(tables=20, bits=12), MinHash()]
    return [Scan(), *trees, *tables, FaissHash(), FaissMultiHash()]
