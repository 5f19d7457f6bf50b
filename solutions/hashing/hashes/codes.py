"""Bits of hashes as words of 64 bits and as hexadecimal digits, in the order of imagehash."""

import numpy as np
import numpy.typing as npt

WORD = 64  # bits

Words = npt.NDArray[np.uint64]


def pack_bits(bits: npt.NDArray[np.bool_]) -> Words:
    """Return n hashes of any shape, (n, …) bool, as numbers: (n, words) uint64, the highest word first.

    The first bit is the highest of the number, so that its digits are those of `str(imagehash.ImageHash)`. Where the
    bits do not fill the words, the highest bits of the first word are 0.

    >>> pack_bits(np.array([[1, 0, 1, 1, 0, 0]], bool)).tolist()
    [[44]]
    """
    flat = bits.reshape(len(bits), int(np.prod(bits.shape[1:])))
    padded = np.zeros((len(flat), -(-flat.shape[1] // WORD) * WORD), bool)
    padded[:, padded.shape[1] - flat.shape[1] :] = flat
    return np.packbits(padded, axis=1).view(">u8").astype(np.uint64)


def unpack_bits(words: Words, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Return the bits (n, *shape) of the hashes (n, words) that `pack_bits` returned.

    >>> unpack_bits(np.array([[44]], np.uint64), (2, 3)).astype(int).tolist()
    [[[1, 0, 1], [1, 0, 0]]]
    """
    octets = np.ascontiguousarray(words, ">u8").view(np.uint8).reshape(len(words), -1)
    bits = np.unpackbits(octets, axis=1).astype(bool)
    return bits[:, bits.shape[1] - int(np.prod(shape)) :].reshape(len(words), *shape)


def hex_texts(words: Words, n_bits: int) -> list[str]:
    """Return the digits of hashes of `n_bits` bits, (n, words), as `str(imagehash.ImageHash)` writes them.

    >>> hex_texts(np.array([[44]], np.uint64), 6)
    ['2c']
    """
    digits = words.astype(">u8").tobytes().hex()
    length, width = -(-n_bits // 4), words.shape[1] * WORD // 4
    return [digits[end - length : end] for end in range(width, len(digits) + 1, width)]
