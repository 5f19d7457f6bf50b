"""Tests of `harness.contract.check_process`, `harness.contract.checking_process` and `harness.contract.code_location`."""

import re
from pathlib import Path

import pytest

from harness.contract.check_process import check_in_process
from harness.contract.code_location import location_in_dump, location_of_error
from harness.errors import SolutionError
from harness.solution.registry import load_solution
from tests.factories.solutions import write_obedient


def test_a_solution_that_hangs_is_ended_and_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hangs.py"
    path.write_text("import time\nwhile True:\n    time.sleep(0.1)\n")
    (result,) = check_in_process(str(path), timeout_s=3)
    assert result.clause == "ends in time"
    assert re.fullmatch(r"stopped after 3 s \(--timeout\)( at hangs.py, line 3 \(<module>\))?", result.violation or "")


def test_a_solution_that_ends_its_process_is_reported(tmp_path: Path) -> None:
    results = list(check_in_process(f"{write_obedient(tmp_path)}(do='leave')"))
    assert [result.violation for result in results][-1] == "its process ended with code 4 during the check"


def test_an_interrupt_raised_by_the_solution_is_a_violation_without_a_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "interrupts.py"
    path.write_text("raise KeyboardInterrupt\n")
    (result,) = check_in_process(str(path))
    assert (result.violation or "").startswith("raises KeyboardInterrupt (interrupts.py, line 1)")
    assert "Traceback" not in capfd.readouterr().err


def test_a_solution_that_cannot_be_loaded_raises_as_in_this_process() -> None:
    with pytest.raises(SolutionError, match="no solution is named 'no_such'"):
        list(check_in_process("no_such"))


def test_the_line_of_an_error_is_that_of_the_solution(tmp_path: Path) -> None:
    solution = load_solution(f"{write_obedient(tmp_path)}(do='raise')")
    with pytest.raises(AttributeError) as raised:
        solution.fit(None)
    assert re.fullmatch(r"obedient.py, line \d+", location_of_error(raised.value, solution))
    assert location_of_error(ValueError("not raised"), solution) == ""


def test_frames_of_libraries_and_of_the_harness_are_skipped() -> None:
    import harness

    dump = f"""Current thread 0x1 (most recent call first):
  File "/usr/lib/python{".".join(map(str, __import__("sys").version_info[:2]))}/threading.py", line 5 in wait
  File "/home/me/mine.py", line 7 in fit
  File "{harness.__path__[0]}/contract/check.py", line 9 in check_solution
"""
    assert location_in_dump(dump) == "mine.py, line 7 (fit)"
    assert location_in_dump("") == ""


def test_a_file_that_a_solution_may_not_write_is_named_as_by_a_run(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    word = 'print("a word from fit")'
    path.write_text(path.read_text().replace(word, f"open({str(tmp_path / 'x')!r}, 'w')"))
    violation = list(check_in_process(str(path)))[-1].violation or ""
    assert violation.startswith(f"{tmp_path / 'x'}: a solution may write only to "), violation


def test_a_solution_that_writes_results_of_its_own_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "writes.py"
    path.write_text("import sys, os\nopen(sys.argv[1] + '/results.jsonl', 'w').write('{\\n')\nos._exit(0)\n")
    with pytest.raises(SolutionError, match="wrote into the file of the results"):
        list(check_in_process(str(path)))
