import json
from pathlib import Path

import pytest

from harness.running.outcome import Outcome
from harness.running.run_folder import OUTCOME, RunFileError
from leaderboard import Coverage, Stage

STAGE = {"name": "fit", "wall_s": 1.0, "cpu_s": 2, "peak_mb": 3.5}
COVERAGE = {"queries": 3, "answered": 2, "empty": 1, "failed": 0}


def load(folder: Path, content: bytes) -> Outcome:
    (folder / OUTCOME).write_bytes(content)
    return Outcome.load(folder)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(None, (Stage("fit", 1.0, 2.0, 3.5),), Coverage(3, 2, 1, 0), 1, ("a",), {"numpy": "2"}, "d", "e"),
        Outcome("it failed", kind="place"),
    ],
)
def test_an_outcome_is_read_as_it_was_written(tmp_path: Path, outcome: Outcome) -> None:
    outcome.save(tmp_path)
    assert Outcome.load(tmp_path) == outcome


def test_a_reason_is_one_printable_line(tmp_path: Path) -> None:
    reason = "two\nlines \x1b[31m" + "x" * 5000
    read = load(tmp_path, json.dumps({"reason": reason}).encode()).reason or ""
    assert read.startswith("two lines \\x1b[31m")
    assert len(read) < 2100
    assert load(tmp_path, b'{"reason": ""}').reason


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"{}", b'"reason"', b"\xff\xfe{\x00}\x00", b"[" * 100_000,
        b'{"reason": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", b'{"reason": 1}', b'{"reason": null, "other": 1}',
        b'{"reason": null, "undecodable": NaN}', b'{"reason": null, "undecodable": 1.5}',
        b'{"reason": null, "undecodable": -1}', b'{"reason": null, "undecodable": true}',
        b'{"reason": null, "undecodable": ' + b"9" * 5000 + b"}", b'{"reason": null, "undecodable": 1e400}',
        b'{"reason": null, "versions": []}', b'{"reason": null, "versions": {"a": 1}}',
        b'{"reason": null, "examples": "abc"}', b'{"reason": null, "examples": [1]}',
        b'{"reason": null, "digest": null}', b" " * 2_000_000,
        *(json.dumps({"reason": None, "stages": each}).encode() for each in (
            None, {}, [None], [[]], [{}], [STAGE | {"x": 1}], [STAGE | {"name": 1}], [STAGE | {"cpu_s": -1}],
            [STAGE | {"cpu_s": "1"}], [STAGE | {"wall_s": 1e300}], [STAGE | {"peak_mb": float("nan")}],
            [STAGE | {"cpu_s": None}], [STAGE] * 501)),
        *(json.dumps({"reason": None, "coverage": each}).encode() for each in (
            [], {}, 1, COVERAGE | {"failed": -1}, COVERAGE | {"failed": 0.5}, COVERAGE | {"queries": 10**30})),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RunFileError) as caught:
        load(tmp_path, content)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
