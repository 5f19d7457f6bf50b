import mmap
import os
import subprocess
import sys

import pytest

from harness.supervision.descendants import child_ids, descendant_ids, memory_mb, oom_kills, parent_id

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux")


def test_children_and_grandchildren_are_listed() -> None:
    command = ["sh", "-c", "sleep 30 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        grandchild = int(process.stdout.readline())
        try:
            assert process.pid in child_ids(os.getpid())
            assert child_ids(process.pid) == [grandchild]
            assert {process.pid, grandchild} <= set(descendant_ids(os.getpid(), 1000))
            assert parent_id(grandchild) == process.pid
        finally:
            os.killpg(process.pid, 9)
    assert parent_id(process.pid) == 0
    assert child_ids(process.pid) == []


def test_memory_is_measured_quickly_and_exactly() -> None:
    before = memory_mb([os.getpid()])
    block = mmap.mmap(-1, 50_000_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # memory that was free before is not new
    block.write(b"x" * len(block))
    assert 45 < memory_mb([os.getpid()]) - before < 60
    assert memory_mb([os.getpid()], exact=True) <= memory_mb([os.getpid()]) + 1
    assert memory_mb([2**22 + 1]) == 0
    block.close()


def test_the_kernel_counts_its_kills() -> None:
    assert oom_kills() >= 0
