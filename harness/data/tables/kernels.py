"""Kernels for columns of strings: gather ranges, assign codes, mark repeats, join and validate lists.

They share one file so that a changed helper recompiles every kernel that calls it.
"""

from typing import Any

import numpy as np

from harness.data.tables.hash_key import HashKey
from metrics.jit import helper, instructions, linear_kernel

BLANK = 32
UPPER, LOWER = np.uint64(0xFFFFFFFF00000000), np.uint64(0x00000000FFFFFFFF)
CHUNK = 256  # words whose slots are read at once
MIXER = np.uint64(0x9E3779B97F4A7C15)
LOW_64_BITS = (1 << 64) - 1
TOO_LONG, EMPTY, UNKNOWN, OWN, REPEATED = range(5)  # kinds of faults of a list
UNLISTABLE = -2  # number of an image without an id


@linear_kernel("begins")
def gather_ranges(begins: np.ndarray, stops: np.ndarray, old: np.ndarray, new: np.ndarray) -> None:
    """Concatenate the ranges `old[begins[i]:stops[i]]` in `new`."""
    place = 0
    for row in range(len(begins)):
        length = stops[row] - begins[row]
        new[place : place + length] = old[begins[row] : stops[row]]
        place += length


def _emit_folded_product(builder: Any, left: Any, right: Any) -> Any:
    narrow, wide = left.type, type(left.type)(128)
    product = builder.mul(builder.zext(left, wide), builder.zext(right, wide))
    return builder.xor(builder.trunc(product, narrow), builder.trunc(builder.lshr(product, wide(64)), narrow))


def _folded_product(left: np.uint64, right: np.uint64) -> np.uint64:
    product = int(left) * int(right)
    return np.uint64((product >> 64) ^ (product & LOW_64_BITS))


folded_product = instructions(_emit_folded_product, "uint64", _folded_product)
"""The upper half of a product of 128 bits, xor the lower half: every bit depends on every bit of both numbers."""


@helper
def hash_bytes(eights: np.ndarray, start: int, end: int, key: HashKey) -> Any:
    """64-bit hash of a word under a secret key, like wyhash: sixteen bytes a step, a folded product each."""
    mixed = key[0] ^ np.uint64(end - start)
    for place in range(start, end, 16):
        second = bytes_at(eights, place + 8, end) if end > place + 8 else np.uint64(0)
        mixed = folded_product(mixed ^ bytes_at(eights, place, end), second ^ key[1])
    return folded_product(mixed, MIXER)


@helper
def bytes_at(eights: np.ndarray, place: int, end: int) -> Any:
    """The next eight bytes of a word as a number, zeros after its end."""
    left = end - place
    return eights[place] if left >= 8 else eights[place] & ((np.uint64(1) << np.uint64(8 * left)) - np.uint64(1))


@helper
def equal_bytes(eights: np.ndarray, start: int, end: int, others: np.ndarray, begin: int, stop: int) -> bool:
    """Whether two words are equal."""
    if end - start != stop - begin:
        return False
    for step in range(0, end - start, 8):
        if bytes_at(eights, start + step, end) != bytes_at(others, begin + step, stop):
            return False
    return True


@linear_kernel("starts")
def assign_codes(
    eights: np.ndarray, starts: np.ndarray, ends: np.ndarray,
    known: np.ndarray, offsets: np.ndarray, slots: np.ndarray, count: int,
    codes: np.ndarray, new: bool, key: HashKey,
) -> int:  # fmt: skip
    """Write the code of each word, -1 if unknown; if `new`, unknown words are added. Return the number of known words.

    Words are views of eight bytes at each position (`StringColumn.unaligned_u64`). Known word i is
    `known[offsets[i]:offsets[i + 1]]`. Its slot holds its first and second eight bytes, and its length and i + 1 in one
    number. The slots of a chunk are loaded before words are compared, so that cache misses overlap.
    """
    mask = np.uint64(len(slots) - 1)
    bits, firsts, seconds, heads, seen = np.empty((5, CHUNK), np.uint64)
    for begin in range(0, len(starts), CHUNK):
        stop = min(begin + CHUNK, len(starts))
        for place in range(stop - begin):
            start, end = starts[begin + place], ends[begin + place]
            firsts[place] = bytes_at(eights, start, end) if end > start else np.uint64(0)
            seconds[place] = bytes_at(eights, start + 8, end) if end > start + 8 else np.uint64(0)
            bits[place] = hash_bytes(eights, start, end, key) & mask
        for place in range(stop - begin):
            heads[place], seen[place] = slots[bits[place], 0], slots[bits[place], 2]
        for word in range(begin, stop):
            start, end = starts[word], ends[word]
            first, second, slot = firsts[word - begin], seconds[word - begin], bits[word - begin]
            length = np.uint64(end - start) << np.uint64(32)
            head, held, code = heads[word - begin], seen[word - begin], np.int64(-1)
            if new:  # an earlier word of the chunk may occupy the slot
                head, held = slots[slot, 0], slots[slot, 2]
            while held:
                if head == first and slots[slot, 1] == second and held & UPPER == length:
                    number = np.int64(held & LOWER) - 1
                    if end - start <= 16 or equal_bytes(
                        eights, start + 16, end, known, offsets[number] + 16, offsets[number + 1]
                    ):
                        code = number
                        break
                slot = (slot + np.uint64(1)) & mask
                head, held = slots[slot, 0], slots[slot, 2]
            if new and code < 0:
                code = np.int64(count)
                offsets[count + 1] = offsets[count] + end - start
                for step in range(0, end - start, 8):
                    known[offsets[count] + step] = bytes_at(eights, start + step, end)
                count += 1
                slots[slot, 0], slots[slot, 1], slots[slot, 2] = first, second, length | np.uint64(count)
            codes[word] = code
    return count


@linear_kernel("starts")
def mark_repeats(
    eights: np.ndarray, starts: np.ndarray, ends: np.ndarray,
    begins: np.ndarray, stops: np.ndarray, room: np.ndarray, repeated: np.ndarray, key: HashKey,
) -> None:  # fmt: skip
    """Mark the words that occur earlier in the same list; list i holds words `begins[i]` to `stops[i] - 1`.

    The begins ascend. `room` is an array of zeros; its length is a power of two above the length of any list.
    """
    mask = np.uint64(len(room) - 1)
    for row in range(len(begins)):
        for word in range(begins[row], stops[row]):
            slot = hash_bytes(eights, starts[word], ends[word], key) & mask
            while room[slot] > begins[row]:
                other = room[slot] - 1
                if equal_bytes(eights, starts[word], ends[word], eights, starts[other], ends[other]):
                    repeated[word] = True
                    break
                slot = (slot + np.uint64(1)) & mask
            if not repeated[word]:
                room[slot] = word + 1


@linear_kernel("rows")
def join_words(
    rows: np.ndarray, text: np.ndarray, starts: np.ndarray, ends: np.ndarray, joined: np.ndarray, stops: np.ndarray
) -> None:
    """Write the words of each row, -1 for none, separated by blanks; row i ends at `stops[i]`."""
    place = 0
    for row in range(len(rows)):
        more = False
        for word in rows[row]:
            if word >= 0:
                if more:
                    joined[place] = BLANK
                    place += 1
                length = ends[word] - starts[word]
                joined[place : place + length] = text[starts[word] : ends[word]]
                place += length
                more = True
        stops[row] = place


@helper
def count_fault(kind: int, row: int, entry: int, counts: np.ndarray, first: np.ndarray) -> None:
    """Count a fault and record the position of the first of its kind."""
    if not counts[kind]:
        first[kind, 0], first[kind, 1] = row, entry
    counts[kind] += 1


@linear_kernel("numbers")
def validate_lists(
    words: tuple[np.ndarray, np.ndarray, np.ndarray], bounds: tuple[np.ndarray, np.ndarray], numbers: np.ndarray,
    rows: np.ndarray, own: np.ndarray, n_index: int, room: np.ndarray,
    positions: np.ndarray, counts: np.ndarray, first: np.ndarray, key: HashKey,
) -> None:  # fmt: skip
    """Write the image numbers of list i to `positions[rows[i]]`, unless that is -1, and count the faults of each kind.

    List i holds words `bounds[0][i]` to `bounds[1][i] - 1`; `own[i]` is the number of its query. The first fault of a
    kind is in list `first[kind, 0]` at entry `first[kind, 1]`. `room` is an array of zeros whose length is a power of
    two above the length of any list.
    """
    (eights, starts, ends), (begins, stops) = words, bounds
    length = positions.shape[1]
    mask = np.uint64(len(room) - 1)
    for number in range(len(begins)):
        begin = begins[number]
        if stops[number] - begin > length:
            count_fault(TOO_LONG, number, length, counts, first)
        for word in range(begin, stops[number]):
            image, entry = numbers[word], word - begin
            if rows[number] >= 0 and entry < length:
                positions[rows[number], entry] = image if image >= 0 else UNLISTABLE
            if starts[word] == ends[word]:
                count_fault(EMPTY, number, entry, counts, first)
                continue
            if n_index >= 0 and (image < 0 or image >= n_index):  # the index is known
                count_fault(UNKNOWN, number, entry, counts, first)
            if 0 <= image == own[number]:
                count_fault(OWN, number, entry, counts, first)
            bits = (
                folded_product(np.uint64(image) ^ key[0], key[1])
                if image >= 0
                else hash_bytes(eights, starts[word], ends[word], key)
            )
            slot = bits & mask
            while room[slot] > begin:
                other = room[slot] - 1
                if numbers[other] == image and (
                    image >= 0 or equal_bytes(eights, starts[word], ends[word], eights, starts[other], ends[other])
                ):
                    count_fault(REPEATED, number, entry, counts, first)
                    break
                slot = (slot + np.uint64(1)) & mask
            else:
                room[slot] = word + 1
