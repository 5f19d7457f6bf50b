"""Entries as event files of TensorBoard: a folder each, with scalars, hyperparameters and a text."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from shutil import rmtree
from tempfile import mkdtemp

from harness.export.entry_record import EntryRecord, tracker_name
from harness.export.tracker import one_line_errors, require_package
from leaderboard.safe_text import escape_markdown


class TensorboardTracker:
    """The event files in a folder: `<competition>/<solution>-<number>-<key>`; an entry replaces its earlier files."""

    def __init__(self, place: str) -> None:
        require_package("tensorboardX", "TensorBoard")
        self._folder = Path(place).expanduser().absolute()
        self.view = f"tensorboard --logdir {quote(place)}"
        with one_line_errors(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True)

    def store(self, record: EntryRecord) -> bool:
        """Add an entry and return True, or replace its files and return False; HarnessError, in one line."""
        parent = self._folder / _folder_name(record.experiment)
        name = f"{_folder_name(record.parameters['solution'])}-{record.tags['landmark.entry']}-{record.key[:8]}"
        with one_line_errors(str(self._folder)):
            parent.mkdir(exist_ok=True)
            temporary = Path(mkdtemp(prefix=".", dir=parent))
            try:
                temporary.chmod(0o755)
                _write_events(temporary, record)
                existed = (parent / name).exists()
                rmtree(parent / name, ignore_errors=True)
                temporary.rename(parent / name)
            finally:
                rmtree(temporary, ignore_errors=True)
        return not existed


def _folder_name(text: str) -> str:
    return tracker_name(text).replace("/", "_").lstrip(".")[:80] or "_"


def _write_events(folder: Path, record: EntryRecord) -> None:
    from tensorboardX import FileWriter
    from tensorboardX.summary import hparams, scalar, text

    time = record.ended.timestamp()
    rows = [f"|{escape_markdown(name)}|{escape_markdown(value)}|" for name, value in record.tags.items()]
    sessions = hparams(dict(record.parameters), {})[
        1:
    ]  # without the list of names: TensorBoard makes that of all entries
    summaries = [
        *sessions,
        *(scalar(name, value) for name, value in record.metrics.items()),
        text("entry", "\n".join(["|fact|value|", "|-|-|", *rows])),
    ]
    writer = FileWriter(str(folder))
    for summary in summaries:
        writer.add_summary(summary, 0, time)
    writer.close()
