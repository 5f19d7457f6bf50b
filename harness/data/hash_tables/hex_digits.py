"""Hexadecimal digits as words of 64 bits, many cells at once."""

import numpy as np
import numpy.typing as npt

WORD_DIGITS = 16  # in 64 bits
_NO_DIGIT = 255
_VALUES = np.full(256, _NO_DIGIT, np.uint8)
_VALUES[np.frombuffer(b"0123456789", np.uint8)] = np.arange(10)
_VALUES[np.frombuffer(b"abcdef", np.uint8)] = _VALUES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


def parse_digits(letters: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Return the numbers (n, words) uint64 of digits (n, digits) in ASCII, and a mask (n,) of those that are valid.

    The highest word comes first. As in imagehash the last digit holds the lowest four bits.

    >>> words, valid = parse_digits(np.frombuffer(b"00fF2c-0", np.uint8).reshape(2, 4))
    >>> words[0].tolist(), valid.tolist()
    ([255], [True, False])
    """
    n, digits = letters.shape
    values = _VALUES[letters]
    padded = np.zeros((n, -(-digits // WORD_DIGITS) * WORD_DIGITS), np.uint8)
    padded[:, padded.shape[1] - digits :] = values
    octets = padded[:, ::2] << 4 | padded[:, 1::2]
    return octets.view(">u8").astype(np.uint64), np.asarray((values != _NO_DIGIT).all(axis=1))
