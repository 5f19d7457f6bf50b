"""Tests of `harness.data.tables.hash_key`, and of the hash of `harness.data.tables.kernels`: results do not depend on the
key, and no ids share more slots than random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.tables import blocks, id_tables
from harness.data.tables.block_reader import tokenize
from harness.data.tables.hash_key import HashKey, new_hash_key
from harness.data.tables.id_tables import LargeIdTable
from harness.data.tables.kernels import _folded_product, folded_product, hash_bytes
from harness.data.tables.string_column import StringColumn
from metrics.jit import kernel

KEYS = [(np.uint64(1), np.uint64(0)), (np.uint64(2**64 - 1), np.uint64(2**63 + 12345)), new_hash_key()]
N_IDS, N_SLOTS = 1 << 12, 1 << 13
RANDOM = np.random.default_rng(1)
OLD_MIXER = 0x9E3779B97F4A7C15
SPREAD = {
    "counting up": [str(number) for number in range(N_IDS)],
    "counting up, of one length": [f"{number:08d}" for number in range(N_IDS)],
    "counting up, of sixteen letters": [f"image_{number:010d}" for number in range(N_IDS)],
    "counting up, long": [f"{number:040d}" for number in range(N_IDS)],
    "counting up in front": [f"{number:04d}" + "x" * 12 for number in range(N_IDS)],
    "one letter, ever longer": ["a" * length for length in range(1, N_IDS + 1)],
    "multiples of a constant": [
        f"{pow(OLD_MIXER, -1, 1 << 64) * (number << 40) % (1 << 64):016x}" for number in range(N_IDS)
    ],
}


@kernel
def hashes(eights: np.ndarray, starts: np.ndarray, ends: np.ndarray, key: HashKey, out: np.ndarray) -> None:
    """Write the hash of each word."""
    for word in range(len(starts)):
        out[word] = hash_bytes(eights, starts[word], ends[word], key)


@kernel
def products(left: np.ndarray, right: np.ndarray, out: np.ndarray) -> None:
    """Write the folded product of each pair."""
    for place in range(len(left)):
        out[place] = folded_product(left[place], right[place])


def slots_in_use(words: StringColumn, key: HashKey) -> int:
    """Return how many of N_SLOTS the words fall into."""
    out = np.empty(len(words), np.uint64)
    hashes(words.unaligned_u64, words.starts, words.ends, key, out)
    return len(np.unique(out & np.uint64(N_SLOTS - 1)))


@pytest.mark.parametrize("kind", SPREAD)
def test_ids_with_a_pattern_are_spread_like_random_ones(kind: str) -> None:
    words = StringColumn.from_texts(SPREAD[kind])
    used = [slots_in_use(words, new_hash_key()) for _ in range(5)]
    expected = N_SLOTS * (1 - np.exp(-N_IDS / N_SLOTS))  # of random slots; the deviation is 23
    assert np.median(used) > expected - 150


def test_words_that_collide_under_one_key_do_not_collide_under_another() -> None:
    words = StringColumn.from_texts([f"{number:016x}" for number in range(20_000)])
    out = np.empty(len(words), np.uint64)
    hashes(words.unaligned_u64, words.starts, words.ends, KEYS[2], out)
    same = np.flatnonzero(out & np.uint64(15) == 3)[:N_IDS]
    hashes(words.unaligned_u64, words.starts, words.ends, new_hash_key(), out)
    assert np.bincount(out[same].astype(np.int64) & 15, minlength=16).max() < len(same) / 4


def test_each_process_has_a_key_of_its_own() -> None:
    assert len({new_hash_key() for _ in range(20)}) == 20


def test_the_compiled_product_equals_the_one_of_python() -> None:
    left, right = RANDOM.integers(0, 2**64, (2, 200), np.uint64, endpoint=False)
    left[:3], right[2:5] = [0, 1, 2**64 - 1], [2**64 - 1, 0, 1]
    out = np.empty(200, np.uint64)
    products(left, right, out)
    assert out.tolist() == [int(_folded_product(*pair)) for pair in zip(left, right, strict=True)]


@pytest.mark.parametrize("key", KEYS, ids=["small", "large", "random"])
@settings(deadline=None)
@given(ids=st.lists(st.text("ab\0é", max_size=40), max_size=40))
def test_numbers_of_ids_do_not_depend_on_the_key(key: HashKey, ids: list[str]) -> None:
    numbers: dict[str, int] = {}
    expected = [numbers.setdefault(each, len(numbers)) for each in ids]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_tables, "HASH_KEY", key)
        table = LargeIdTable(StringColumn.from_texts([]))
        assert table.add(StringColumn.from_texts(ids)).tolist() == expected
        assert table.find(StringColumn.from_texts(ids)).tolist() == expected
    assert table.strings().texts() == [*numbers]


@pytest.mark.parametrize("key", KEYS, ids=["small", "large", "random"])
def test_repeated_words_do_not_depend_on_the_key(key: HashKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "HASH_KEY", key)
    monkeypatch.setattr(blocks, "suits_python", lambda _: False)
    tokens = tokenize(b"a b a aa b,x\nb b,y\n", 1)
    assert tokens is not None
    assert tokens[0].column(0).repeated_words().tolist()[:7] == [False, False, True, False, True, False, False]
