"""Random changes of bytes: of samples, and of tokens that a reader may stumble over."""

from collections.abc import Callable, Sequence
from random import Random

TOKENS = (
    b"\0", b"\xff", b"\r", b"\n", b"\r\n", b"\x1a", b"\x0b", b"\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b'""', b"'", b",", b",,", b";", b"\t", b"|",
    b" ", b"  ", b"\xc2\xa0", b"-", b"-1", b"+1", b"0", b"1e999", b"1e-400", b"nan", b"inf", b"-0", b"0x10", b"1_000", b"9223372036854775807",
    b"9223372036854775808", b"-9223372036854775809", b"1" * 400, b"None", b"null", b"true", b"[", b"]", b"{", b"}", b"[]", b"{}",
    b"()", b"\\", b"/", b"../", b"/dev/zero", b"%s", b"\xed\xa0\x80", b"\xf0\x9f\x97\xbf", b"\xe6\x97\xa5\xe6\x9c\xac", b"\x1b[2J", b"=HYPERLINK(1)",
)  # fmt: skip
_LARGEST = 1 << 16  # bytes


def mutate(random: Random, samples: Sequence[bytes], tokens: Sequence[bytes] = TOKENS) -> bytes:
    """Return a sample after one to eight random changes; it stays below 64 KB unless the sample is larger."""
    content = bytearray(random.choice(samples))
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        random.choice(_CHANGES)(random, content, tokens, samples)
    largest = max(_LARGEST, *map(len, samples))
    return bytes(content[:largest])


def _span(random: Random, content: bytearray) -> slice:
    start = random.randrange(len(content) + 1)
    return slice(start, min(len(content), start + int(random.expovariate(0.1)) + 1))


def _flip(random: Random, content: bytearray, *_: object) -> None:
    if content:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _set(random: Random, content: bytearray, *_: object) -> None:
    if content:
        content[random.randrange(len(content))] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))


def _insert(random: Random, content: bytearray, tokens: Sequence[bytes], *_: object) -> None:
    place = random.randrange(len(content) + 1)
    content[place:place] = random.choice(tokens) * random.choice((1, 1, 1, 2, 50))


def _replace(random: Random, content: bytearray, tokens: Sequence[bytes], *_: object) -> None:
    content[_span(random, content)] = random.choice(tokens)


def _delete(random: Random, content: bytearray, *_: object) -> None:
    del content[_span(random, content)]


def _repeat(random: Random, content: bytearray, *_: object) -> None:
    span = _span(random, content)
    content[span.start : span.start] = content[span] * random.choice((1, 1, 2, 9, 200))


def _cut(random: Random, content: bytearray, *_: object) -> None:
    del content[random.randrange(len(content) + 1) :]


def _splice(random: Random, content: bytearray, _: object, samples: Sequence[bytes]) -> None:
    other = random.choice(samples)
    content[random.randrange(len(content) + 1) :] = other[random.randrange(len(other) + 1) :]


def _swap(random: Random, content: bytearray, *_: object) -> None:
    one, two = sorted((_span(random, content), _span(random, content)), key=lambda span: span.start)
    if one.stop <= two.start:
        content[one.start : two.stop] = content[two] + content[one.stop : two.start] + content[one]


def _zero(random: Random, content: bytearray, *_: object) -> None:
    span = _span(random, content)
    content[span] = bytes(span.stop - span.start)


_CHANGES: tuple[Callable[..., None], ...] = (
    _flip, _set, _insert, _insert, _replace, _delete, _repeat, _cut, _splice, _swap, _zero,
)  # fmt: skip
