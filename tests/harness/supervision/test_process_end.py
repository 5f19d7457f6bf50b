import signal

from harness.supervision.process_end import ProcessEnd


def test_the_end_of_a_process_is_read_from_a_report() -> None:
    end = ProcessEnd.parse("end -11 - 1.5 2.5 3.5 4.5 0 0 landlock 7")
    assert end == ProcessEnd(-11, "", 1.5, 2.5, 3.5, 4.5, note="landlock 7")
    assert end.signal_name == "SIGSEGV"
    assert ProcessEnd.parse("end 0 time 1 2 -3 nan 0 1 ") == ProcessEnd(0, "time", 1, 2, 0, 0, n_left=1)
    assert ProcessEnd(-77).signal_name == "signal 77"


def test_no_report_means_that_the_supervisor_was_ended() -> None:
    for text in ("", "end 0", "progress x"):
        assert ProcessEnd.parse(text).limit == "supervisor"
        assert ProcessEnd.parse(text).is_from_outside


def test_only_a_kill_without_another_reason_is_from_outside() -> None:
    kill = -signal.SIGKILL
    assert ProcessEnd(kill).is_from_outside
    assert not ProcessEnd(kill, "memory").is_from_outside
    assert not ProcessEnd(kill, oom_kills=1).is_from_outside
    assert ProcessEnd(kill, oom_kills=1).is_out_of_memory
    assert not ProcessEnd(1, oom_kills=1).is_out_of_memory
    assert not ProcessEnd(-signal.SIGSEGV).is_from_outside
