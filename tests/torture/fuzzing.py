"""The base of the parts that feed changed files to a reader: it may refuse them, in one plain line."""

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from harness.errors import HarnessError
from leaderboard.errors import LeaderboardError
from tests.torture.mutation import TOKENS, mutate
from tests.torture.part import Fault, Part

_LONGEST_LINE = 3000
_WARM_UP = 16  # tries before the first that counts
_ROOT = str(Path(__file__).parents[2])
REFUSALS: tuple[type[Exception], ...] = (HarnessError, LeaderboardError)


class FuzzPart(Part):
    """Writes a changed sample to a file and has it read."""

    unit = "inputs"
    share = 1.0
    limit_s = 20.0
    memory_mb = 2500.0
    tokens: Sequence[bytes] = TOKENS
    refusals: tuple[type[Exception], ...] = REFUSALS
    samples: Sequence[bytes] = ()
    file_name = "input"

    def prepare(self, folder: Path) -> None:
        """Let files be written to the folder of the part."""
        self.folder = folder
        self.path = folder / self.file_name
        self.prepare_samples(folder)
        for seed in range(-_WARM_UP, 0):  # compiled kernels take long the first time
            self.attempt(seed)

    def prepare_samples(self, folder: Path) -> None:
        """Set `samples`, and write what the reader needs beside its file."""

    def read(self, random: Random) -> Sequence[Fault] | None:
        """Read the file; return faults if the result is wrong."""
        raise NotImplementedError

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Write a changed sample and read it."""
        random = Random(seed)
        write(self.path, mutate(random, self.samples, self.tokens))
        return 1, faults_of(lambda: self.read(random), self.refusals)


def write(path: Path, content: bytes) -> None:
    """Write a file without any care: it is read at once."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(descriptor, content)
    os.close(descriptor)


def faults_of(read: Callable[[], Sequence[Fault] | None], refusals: tuple[type[Exception], ...]) -> Sequence[Fault]:
    """Return the faults of a reader: what it returns, an exception that is no refusal, and a bad message."""
    try:
        return read() or ()
    except refusals as error:
        return message_faults(str(error))
    except Exception as error:  # noqa: BLE001 (any other exception is the fault)
        return [Fault("traceback", f"{type(error).__name__}: {str(error)[:150]} ({_line(error)})")]


def message_faults(message: str) -> Sequence[Fault]:
    """Return a fault if a message is not one printable line, or is far too long."""
    if len(message) > _LONGEST_LINE:
        return [Fault("wrong", f"a message of {len(message)} characters: {message[:100]!r}")]
    return (
        []
        if message.isprintable() and message
        else [Fault("wrong", f"a message that cannot be printed: {message[:300]!r}")]
    )


def _line(error: BaseException) -> str:
    """Return the innermost line of the project in a traceback."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(_ROOT)]
    frames = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{os.path.relpath(frames[-1].filename, _ROOT)}, line {frames[-1].lineno}" if frames else "outside"
