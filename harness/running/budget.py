"""Time and memory as people write them: 2h, 90m, 45s, 1h30m; 600MB, 4GB."""

import re
from math import inf

from harness.errors import HarnessError

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile("".join(rf"(?:{_NUMBER}\s*{unit}\s*)?" for unit in _UNITS), re.ASCII)


def parse_duration(text: str) -> float:
    """Return a duration in seconds; HarnessError for anything else than numbers with units, the largest unit first.

    >>> parse_duration("1h30m"), parse_duration("45s"), parse_duration("1.5 h")
    (5400.0, 45.0, 5400.0)
    """
    match = _DURATION.fullmatch(text.strip().lower())
    numbers = match.groups() if match else [None] * len(_UNITS)
    seconds = sum(float(number or 0) * unit for number, unit in zip(numbers, _UNITS.values(), strict=True))
    if seconds <= 0:
        raise HarnessError(f"{text!r:.40} is no duration; write 2h, 90m, 45s or 1h30m")
    return seconds


def format_duration(seconds: float) -> str:
    """Return a duration in the same form.

    >>> format_duration(5400), format_duration(45), format_duration(0.5)
    ('1h30m', '45s', '0.5s')
    """
    parts, rest = [], seconds
    for unit, size in list(_UNITS.items())[:-1]:
        whole, rest = divmod(rest, size)
        parts += [f"{whole:.0f}{unit}"] if whole else []
    return "".join(parts + ([f"{rest:g}s"] if rest or not parts else []))


def parse_memory(text: str) -> float:
    """Return a size in MB; HarnessError for anything else than a number with or without a unit.

    >>> parse_memory("4GB"), parse_memory("600")
    (4000.0, 600.0)
    """
    size = text.strip().upper().removesuffix("B")
    factor = {"M": 1, "G": 1000, "T": 10**6}.get(size[-1:], 0)
    try:
        megabytes = float(size[:-1] if factor else size) * (factor or 1)
    except ValueError:
        megabytes = 0.0
    if not 0 < megabytes < inf:
        raise HarnessError(f"{text!r:.40} is not a size; write 600MB or 4GB")
    return megabytes
