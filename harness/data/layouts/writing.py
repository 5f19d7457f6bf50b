"""Write a competition folder: atomically, with linked photos and CSV tables. All layouts share it."""

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
    """Give a folder whose contents move to `target` when the block ends well and vanish when it does not."""
    new = not target.exists()
    folder = target / f".{token_hex(8)}"
    try:
        if not new and (not target.is_dir() or any(target.iterdir())):
            raise DataError(f"{target}: is not an empty folder; name a new one")
        for part in PARTS:
            (folder / part).mkdir(parents=True)
        yield folder
        for each in sorted(folder.iterdir(), key=lambda path: path.is_file()):
            each.replace(target / each.name)
        new = False
    except OSError as error:
        raise DataError(f"{error.filename or target}: {error.strerror}; nothing was laid out") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if new:
            shutil.rmtree(target, ignore_errors=True)


def link_or_copy(photo: Path, target: Path) -> None:
    """Link a file where the file system can, or else copy it."""
    try:
        os.link(photo, target)
    except OSError:
        shutil.copyfile(photo, target)


def write_table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_atomically(path, text.getvalue())
