"""Write a competition folder atomically, with photos and CSV tables; used by the import of every layout."""

import csv
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from harness.atomic_files import write_atomically
from harness.errors import DataError

PARTS = ("train", "index", "test")


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a folder whose contents move to `target` if the block succeeds and are deleted if it fails."""
    is_new = not target.exists()
    folder = target / f".{token_hex(8)}"
    try:
        if not is_new and (not target.is_dir() or any(target.iterdir())):
            raise DataError(f"{target}: is not an empty folder; name a new one")
        for part in PARTS:
            (folder / part).mkdir(parents=True)
        yield folder
        for path in sorted(folder.iterdir(), key=lambda path: path.is_file()):
            path.replace(target / path.name)
        is_new = False
    except OSError as error:
        raise DataError(f"{error.filename or target}: {error.strerror}; nothing was written") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if is_new:
            shutil.rmtree(target, ignore_errors=True)


def link_or_copy(photo: Path, target: Path) -> None:
    """Hard-link a file if possible, or else copy it."""
    try:
        os.link(photo, target)
    except OSError:
        shutil.copyfile(photo, target)


def write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a CSV table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_atomically(path, text.getvalue())
