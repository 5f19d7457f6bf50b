"""Millions of ids at once: numbers for them, and lists of them.

A million ids are all over the memory, and each look-up in a dictionary waits for it. Ids mostly have the same length:
then they are rows of a matrix of letters, and these can be sorted and copied several times faster.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise

import numpy as np

_TEXTS = 4096  # joined at a time
_LONGEST = 64  # letters of an id that is sorted as a row of words
_BLANK = 32

Texts = Sequence[str] | np.ndarray


def numbered(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each blank-separated id of the texts `(n,)`, and the id of each number.

    The same id gets the same number. Two blanks in a row, or an empty text, make an empty id.

    >>> numbers, ids = numbered(["b a", "a", "b c"])
    >>> ids[numbers].tolist(), len(ids)
    (['b', 'a', 'a', 'b', 'c'], 3)
    """
    length = _length(texts)
    found = _sorted_out(texts, length) if length else None
    return found or _one_by_one(texts)


def places(wanted: Texts, ids: Texts) -> np.ndarray:
    """Return the place of each wanted id among `ids`, no two of which are alike; -1 for one that is not there.

    >>> places(["c", "x", "a"], ["a", "b", "c"])
    array([ 2, -1,  0])
    """
    numbers, known = numbered([*ids, *wanted])
    place = np.full(len(known), -1)
    place[numbers[: len(ids)]] = np.arange(len(ids))
    return np.asarray(place[numbers[len(ids) :]])


def listed(positions: np.ndarray, ids: np.ndarray) -> Iterator[str]:
    """Yield for each row of places among the ids, -1 for none, these ids separated by blanks.

    >>> list(listed(np.array([[1, 0], [1, -1], [-1, -1]]), np.array(["a", "b"])))
    ['b a', 'b', '']
    """
    length = _length(ids)
    letters = np.concatenate(list(_letters(ids, length))) if length else None
    for start in range(0, len(positions), _TEXTS):
        block = positions[start : start + _TEXTS]
        places, counts = block[block >= 0], (block >= 0).sum(axis=1)
        if letters is None:
            words = iter(ids[places])
            yield from (" ".join(islice(words, count)) for count in counts.tolist())
        else:
            text = letters[places].tobytes().decode("ascii")
            ends = (counts.cumsum() * (length + 1)).tolist()
            yield from (text[begin:end].removesuffix(" ") for begin, end in pairwise([0, *ends]))


def _length(texts: Texts) -> int:
    """Return the length of the ids where all have the same and are ASCII; 0 otherwise."""
    length = len(texts[0].partition(" ")[0]) if len(texts) else 0
    if not 0 < length <= _LONGEST:
        return 0
    for start in range(0, len(texts), _TEXTS):
        text = f"{' '.join(texts[start : start + _TEXTS])} "
        if not text.isascii() or len(text) % (length + 1):
            return 0
        blank = np.frombuffer(text.encode(), np.uint8).reshape(-1, length + 1) == _BLANK
        if not blank[:, length].all() or blank[:, :length].any():
            return 0
    return length


def _letters(texts: Texts, length: int) -> Iterator[np.ndarray]:
    """Yield the ids as rows of letters with a blank behind `(some, length + 1)` uint8."""
    for start in range(0, len(texts), _TEXTS):
        text = f"{' '.join(texts[start : start + _TEXTS])} "
        yield np.frombuffer(text.encode(), np.uint8).reshape(-1, length + 1)


def _sorted_out(texts: Texts, length: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what `numbered` returns; None where two ids look alike and are not."""
    words = np.concatenate([_words(letters[:, :length]) for letters in _letters(texts, length)])
    mixed = _mixed(words)
    order = np.argsort(mixed)
    mixed = mixed[order]
    new = np.append([True], mixed[1:] != mixed[:-1])
    numbers = np.empty(len(words), np.int32)
    numbers[order] = np.cumsum(new, dtype=np.int32) - 1
    first = words[order[new]]
    if not all(np.array_equal(column[numbers], words[:, place]) for place, column in enumerate(first.T)):
        return None
    text = first.view(np.uint8)[:, :length].tobytes().decode("ascii")
    return numbers, np.array([text[start : start + length] for start in range(0, len(text), length)], object)


def _mixed(words: np.ndarray) -> np.ndarray:
    """Return one word for each row, most likely another one for another row."""
    mixed = np.zeros(len(words), np.uint64)
    for column in words.T:
        mixed ^= column
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _words(letters: np.ndarray) -> np.ndarray:
    """Return rows of letters as rows of 64-bit words, zeros behind."""
    return np.pad(letters, ((0, 0), (0, -letters.shape[1] % 8))).view(np.uint64)


def _one_by_one(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """Return what `numbered` returns, for any texts."""
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__  # a new id gets the next number
    ids = chain.from_iterable(text.split(" ") for text in texts)
    numbers = np.fromiter(map(number.__getitem__, ids), np.int32)
    return numbers, np.array([*number], object)
