"""Tests of `harness.running.run_end` and of `harness.running.run_progress`."""

import signal

import pytest

from harness.running.run_end import exit_outcome, limit_outcome
from harness.running.run_progress import forward_progress
from harness.supervision.process_end import ProcessEnd, ProcessLimits

LIMITS = ProcessLimits(3.0, 400.0)


def test_a_limit_is_named_with_what_the_run_was_doing() -> None:
    reasons = [
        limit_outcome(ProcessEnd(-9, limit, 512.3), LIMITS, " while ranking (3 of 7)") for limit in ("time", "memory")
    ]
    assert [each and each.reason for each in reasons] == [
        "timed out after 3 s (--timeout) while ranking (3 of 7)",
        "used 512 MB, more than 400 MB (--memory-limit) while ranking (3 of 7)",
    ]
    end = ProcessEnd(-9, "time", 512.3, 600.0, 3.1, 2.5)
    (stage,) = (limit_outcome(end, LIMITS, "") or exit_outcome(end)).stages
    assert (stage.wall_s, stage.cpu_s, stage.peak_mb) == (3.1, 2.5, 600.0)
    assert "processes at once" in str(limit_outcome(ProcessEnd(-9, "processes"), LIMITS, ""))
    assert limit_outcome(ProcessEnd(0), LIMITS, "") is None
    left = limit_outcome(ProcessEnd(0, n_left=2), LIMITS, "")
    assert left
    assert left.kind == "place"


@pytest.mark.parametrize(
    ("end", "reason", "kind"),
    [
        (ProcessEnd(4, note="landlock 7"), "exited with code 4 without writing an outcome", "solution"),
        (ProcessEnd(1), "could not start (exit code 1); see its log", "place"),
        (ProcessEnd(-signal.SIGSEGV), "its process was ended by SIGSEGV", "solution"),
        (ProcessEnd(-signal.SIGKILL), "ended by SIGKILL", "killed"),
        (ProcessEnd(-signal.SIGKILL, oom_kills=1), "ran out of memory", "solution"),
        (ProcessEnd(-signal.SIGKILL, "supervisor"), "supervises", "killed"),
        (ProcessEnd(-signal.SIGKILL, "parent"), "stopped from outside", "killed"),
    ],
)
def test_the_end_of_a_process_without_an_outcome_is_a_reason(end: ProcessEnd, reason: str, kind: str) -> None:
    outcome = exit_outcome(end)
    assert reason in (outcome.reason or "")
    assert outcome.kind == kind


def test_progress_of_a_run_is_passed_on_and_anything_else_ignored() -> None:
    heard = []
    listener = lambda *progress: heard.append(progress)
    assert forward_progress('["rank\\u001b", 3, 7]', listener) == " while rank\\x1b (3 of 7)"
    assert forward_progress('["rank", 3, null]', listener) == " while rank"
    for text in (
        "",
        "{}",
        "[1,2,3]",
        '["a", -1, 2]',
        '["a", 1.5, 2]',
        '["a", true, 2]',
        '["a", 1]',
        "[" * 2000,
        '["a", 1e99, 1]',
    ):
        assert not forward_progress(text, listener)
    assert heard == [("rank\\x1b", 3, 7), ("rank", 3, None)]
