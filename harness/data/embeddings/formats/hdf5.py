"""Vectors in an HDF5 file: the datasets `ids` `(n,)` and `vectors` `(n, d)`. Links to other files are not followed.

A process of its own reads the file (`hdf5_process`), with limits that grow with the file's size.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryFile
from typing import IO

import numpy as np

from harness.data.embeddings.formats.vector_file import BLOCK_BYTES, VectorFile, damage_reported
from harness.errors import DataError

_SECONDS, _BYTES_PER_SECOND = 10, 1_000_000  # of processor time; 100 times as fast is usual
_MEMORY, _MEMORY_PER_BYTE = 1 << 30, 16
_ROOT = str(Path(__file__).parents[4])
_LONGEST_ERROR = 4000


def open_hdf5(path: Path) -> VectorFile:
    """Return the vectors of a file with the datasets `ids` and `vectors`."""
    with damage_reported(path, "HDF5"):
        with _reader(path, "ids") as stream:
            line = stream.readline()
        facts = json.loads(line)
        (n, width), dtype = facts["shape"], np.dtype(facts["dtype"])
    vectors = VectorFile(path, facts["ids"], width, lambda: _blocks(path, n, width, dtype))
    vectors.require_length(n)
    return vectors


def _blocks(path: Path, n: int, width: int, dtype: np.dtype) -> Iterator[np.ndarray]:
    row_bytes = width * dtype.itemsize
    step = max(1, BLOCK_BYTES // row_bytes)
    with _reader(path, "vectors") as stream:
        for start in range(0, n, step):
            content = stream.read(min(step, n - start) * row_bytes)
            if len(content) % row_bytes or not content:  # the process ended early, and `_reader` says why
                return
            yield np.frombuffer(content, dtype).reshape(-1, width)


@contextmanager
def _reader(path: Path, part: str) -> Iterator[IO[bytes]]:
    """Yield what the reading process prints; DataError if it fails."""
    size = path.stat().st_size
    seconds = _SECONDS + size // _BYTES_PER_SECOND
    limits = str(seconds), str(_MEMORY + _MEMORY_PER_BYTE * size)
    module = "harness.data.embeddings.formats.hdf5_process"
    command = [sys.executable, "-P", "-m", module, str(path), part, *limits]
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 (this interpreter)
            command, env=_environment(), stdin=DEVNULL, stdout=PIPE, stderr=errors
        )
        assert process.stdout is not None
        try:
            with process.stdout:
                yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        if process.returncode:
            raise DataError(_reason(path, process.returncode, os.pread(errors.fileno(), _LONGEST_ERROR, 0), seconds))


def _environment() -> dict[str, str]:
    """Return the environment of the process: it finds landmark, and does not start threads, which need memory."""
    paths = [_ROOT, *(each for each in sys.path if each)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "OPENBLAS_NUM_THREADS": "1"}


def _reason(path: Path, code: int, errors: bytes, seconds: int) -> str:
    """Return the message for a reading process that failed."""
    try:
        return str(json.loads(errors))
    except ValueError:
        pass
    reason = f"it ended with code {code}"
    if code < 0:
        name = signal.Signals(-code).name
        reason = f"it takes more than {seconds} s" if name == "SIGXCPU" else f"its reader ended with {name}"
    return f"{path}: cannot be read as HDF5: {reason}; is it complete?"
