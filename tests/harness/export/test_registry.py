"""Tests of `harness.export.registry`, `harness.export.tracker`, and what `harness.cli.export` says of trackers."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.export import tracker
from harness.export.registry import open_tracker, parse_tracker, store_records
from harness.export.tracker import one_line_errors
from tests.cli import error_of, run_command
from tests.factories.entries import EntryFactory


@pytest.mark.parametrize("kind", ["mlflow", "tensorboard", "wandb"])
def test_a_missing_package_is_said_with_the_command_that_installs_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker, "find_spec", lambda _: None)
    with pytest.raises(HarnessError, match=r"needs .*: .*\[trackers\]"):
        open_tracker(kind, str(tmp_path))


def test_a_tracker_is_written_as_kind_and_place() -> None:
    assert parse_tracker("mlflow:http://localhost:5000") == ("mlflow", "http://localhost:5000")
    assert parse_tracker("wandb:C:\\runs") == ("wandb", "C:\\runs")
    for text in ("mlflow", "mlflow:", "neptune:x", "", ":"):
        with pytest.raises(HarnessError, match="write mlflow:URI"):
            parse_tracker(text)


def test_an_empty_place_is_refused() -> None:
    with pytest.raises(HarnessError, match="mlflow needs a folder or an URI"):
        open_tracker("mlflow", " ")


def test_errors_of_a_tracker_become_one_line_and_others_stay() -> None:
    with pytest.raises(HarnessError, match=r"^place: two lines$"), one_line_errors("place", KeyError):
        raise KeyError("two\nlines") if False else OSError("two\nlines")
    with pytest.raises(HarnessError, match="^place: KeyError"), one_line_errors("place", KeyError):
        raise KeyError
    with pytest.raises(ValueError, match="bug"), one_line_errors("place", KeyError):
        raise ValueError("bug")


def test_errors_of_a_tracker_hide_the_password_of_its_address() -> None:
    address = "http://ann:secret@host"
    with pytest.raises(HarnessError) as caught, one_line_errors(address, KeyError):
        raise KeyError(f"no reply from {address}/api")
    with pytest.raises(HarnessError) as unknown:
        parse_tracker(f"neptune:{address}")
    assert "secret" not in f"{caught.value} {unknown.value}"


def test_new_records_are_counted_and_each_is_reported() -> None:
    class Memory:
        view = ""

        def __init__(self) -> None:
            self.seen: set[str] = set()

        def store(self, record: str) -> bool:
            is_new = record not in self.seen
            self.seen.add(record)
            return is_new

    done: list[int] = []
    assert store_records(Memory(), ["a", "b", "a"], done.append) == 2
    assert done == [1, 2, 3]


@pytest.mark.skipif(find_spec("tensorboardX") is None, reason="needs tensorboardX")
def test_the_command_says_how_many_entries_are_new(factory: EntryFactory, tmp_path: Path) -> None:
    words = ("export", "tensorboard", "--on", factory.competition.folder, "--out", tmp_path / "logs")
    assert "4 entries added, 0 updated" in run_command(*words).stdout
    second = run_command(*words)
    assert "0 entries added, 4 updated" in second.stdout
    assert f"tensorboard --logdir {tmp_path / 'logs'}" in second.stdout


def test_an_unknown_name_is_said_before_a_tracker_is_opened(factory: EntryFactory) -> None:
    folder = factory.competition.folder
    assert "has no entry" in error_of("export", "mlflow", "nothing", "--on", folder, "--to", "http://127.0.0.1:1")
