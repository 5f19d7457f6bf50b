"""Variants of solutions: runs that a TOML file describes, as a grid of parameters.

    [[run]]
    solution = "hash"
    parameters.kind = ["dct", "average"]
    seeds = 5

A list of values makes a variant of each; several lists make all combinations. A value that is a list itself is written
in a list: `[[1, 2]]`. A solution in a `.py` file is looked up beside the TOML file.
"""

import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, PluginError, SolutionError
from harness.running.description.descriptions import SolutionDescriptions

MAX_VARIANTS = 1000  # of a file
MAX_SEEDS = 1000  # of a variant
_MAX_BYTES = 1_000_000
_KEYS = ("solution", "name", "seeds", "parameters")
_PLAIN = (bool, int, float, str)
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "solution": (lambda name: isinstance(name, str) and name != "" and "(" not in name, "the name of a solution"),
    "name": (lambda name: isinstance(name, str) and name.isprintable() and len(name) <= 80, "a text of one line"),
    "seeds": (lambda seeds: type(seeds) is int and 1 <= seeds <= MAX_SEEDS, f"a whole number from 1 to {MAX_SEEDS}"),
    "parameters": (lambda parameters: isinstance(parameters, dict), "written as parameters.NAME = VALUE"),
}


@dataclass(frozen=True)
class Variant:
    """A solution to run: its spec, the number of its seeds (None: as the command says), and its name in a file."""

    spec: str
    seeds: int | None = None
    name: str = ""


def expand_variants(specs: Sequence[str], descriptions: SolutionDescriptions) -> list[Variant]:
    """Return a variant for each spec, and those in each TOML file, whose solutions are described."""
    variants: list[Variant] = []
    for spec in specs:
        variants += read_variants(Path(spec), descriptions) if spec.endswith(".toml") else [Variant(spec)]
    return variants


def read_variants(path: Path, descriptions: SolutionDescriptions) -> list[Variant]:
    """Return the variants in a TOML file in their order.

    Raises HarnessError, with the line where it is known, for what is not understood, and for a variant given twice.
    """
    text = _read(path)
    variants: list[Variant] = []
    places: dict[str, str] = {}
    for number, table in enumerate(_run_tables(path, text)):
        block = _RunBlock(path, text, number, table)
        for variant, written in block.variants(descriptions):
            if written in places:
                raise block.error("solution", f"{written} is the same as in {places[written]}")
            places[written] = block.place("solution")
            variants.append(variant)
        block.require_number(len(variants))
    return variants


@dataclass(frozen=True)
class _RunBlock:
    """A table [[run]] of a file: the `number`-th, from 0."""

    path: Path
    text: str
    number: int
    table: Mapping[str, Any]

    def place(self, key: str) -> str:
        """Return where the key is, as "line 3" if that can be seen, else the number of the run."""
        line = _line_of(self.text, self.number, key)
        return f"line {line}" if line else f"run {self.number + 1}"

    def error(self, key: str, message: str) -> HarnessError:
        """Return an error that names the file and the line of a key."""
        return HarnessError(f"{self.path}, {self.place(key)}: {message}")

    def require_number(self, n_variants: int) -> None:
        """Raise HarnessError for more variants than a file may have."""
        if n_variants > MAX_VARIANTS:
            raise self.error("parameters", f"{n_variants} variants, more than {MAX_VARIANTS}; leave out some values")

    def variants(self, descriptions: SolutionDescriptions) -> Iterator[tuple[Variant, str]]:
        """Yield a variant and its identity for each combination of the parameters' values."""
        self._require_keys()
        name = self._solution()
        grid = {key: self._values(key, value) for key, value in self.table.get("parameters", {}).items()}
        self.require_number(prod(map(len, grid.values())))
        specs = [_format_spec(name, dict(zip(grid, values, strict=True))) for values in product(*grid.values())]
        for spec, each in zip(specs, descriptions.attempt(specs), strict=True):
            if isinstance(each, SolutionError) and not isinstance(each, PluginError):  # which stops no other run
                raise self.error("solution", str(each))
            written = spec if isinstance(each, SolutionError) else each.identity
            yield Variant(spec, self.table.get("seeds"), self.table.get("name", "")), written

    def _solution(self) -> str:
        name: str = self.table["solution"]
        return str(self.path.parent / name) if name.endswith(".py") else name

    def _require_keys(self) -> None:
        for key in self.table:
            if key not in _KEYS:
                hint = f"parameters of the solution are written parameters.{key} = …"
                raise self.error(key, f"unknown key {key!r:.40}; a run has {', '.join(_KEYS)} ({hint})")
        for key, (is_right, what) in _CHECKS.items():
            if (key in self.table or key == "solution") and not is_right(self.table.get(key)):
                raise self.error(key, f"{key} must be {what}")

    def _values(self, key: str, value: object) -> list[object]:
        """Return the values of a parameter; a list has several."""
        if not key.isidentifier():
            raise self.error(key, f"{key!r:.40} is no name of a parameter")
        values = value if isinstance(value, list) else [value]
        if not values:
            raise self.error(key, f"{key} has no values; leave it out, or list some")
        plain = [tuple(each) if isinstance(each, list) else each for each in values]
        if not all(map(_is_plain, plain)):
            raise self.error(key, f"{key} must be a text, a number, true or false, or a list of them")
        repeated = [each for row, each in enumerate(plain) if repr(each) in map(repr, plain[:row])]
        if repeated:
            raise self.error(key, f"{key} has the value {repeated[0]!r:.40} twice")
        return plain


def _format_spec(name: str, arguments: Mapping[str, object]) -> str:
    listing = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return f"{name}({listing})" if listing else name


def _read(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise HarnessError(f"{path}: cannot be read: not a regular file; name a TOML file")
        if status.st_size > _MAX_BYTES:
            raise HarnessError(f"{path}: has more than {_MAX_BYTES // 10**6} MB, so it is no file of variants")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise HarnessError(f"{path}: is not UTF-8 text, so it is no TOML file") from None


def _run_tables(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a plain ValueError: an integer of thousands of digits
        raise HarnessError(f"{path}: is no valid TOML: {error}") from None
    for key in document:
        if key != "run":
            raise HarnessError(f"{path}: unknown key {key!r:.40}; each solution is a table [[run]]")
    runs = document.get("run", [])
    if not isinstance(runs, list) or not runs or not all(isinstance(run, dict) for run in runs):
        raise HarnessError(f'{path}: has no runs; write [[run]], and below it solution = "hash"')
    return runs


def _is_plain(value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(isinstance(each, _PLAIN) and _is_in_range(each) for each in values)


def _is_in_range(value: object) -> bool:
    """Return whether a float is finite, and an integer has 64 bits, as TOML demands; a larger one may have no text."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, float) or isfinite(value)


def _line_of(text: str, number: int, key: str) -> int | None:
    r"""Return the number of the line of a key in a table [[run]], else that of its first line; None if not seen.

    >>> _line_of("[[run]]\n\n[[run]]\nparameters.kind = 'dct'", 1, "kind")
    4
    """
    lines = text.splitlines()
    heads = [row for row, line in enumerate(lines) if re.match(r"\s*\[\[\s*run\s*\]\]", line)]
    if number >= len(heads):
        return None
    end = heads[number + 1] if number + 1 < len(heads) else len(lines)
    pattern = re.compile(rf"(^|[\s.{{,])[\"']?{re.escape(key)}[\"']?\s*[.=]")
    return next((row for row in range(heads[number], end) if pattern.search(lines[row])), heads[number]) + 1
