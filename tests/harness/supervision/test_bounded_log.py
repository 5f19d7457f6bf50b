import os
from pathlib import Path

import pytest

from harness.supervision.bounded_log import BoundedLog


def written(path: Path, *parts: bytes, limit: int = 10) -> bytes:
    with path.open("wb") as file:
        log = BoundedLog(file.fileno(), limit)
        for each in parts:
            log.write(each)
        log.close()
    return path.read_bytes()


@pytest.mark.parametrize("size", [1, 3, 7, 25, 100])
@pytest.mark.parametrize("length", [0, 9, 10, 11, 20, 21, 95])
def test_the_beginning_and_the_end_are_kept_whatever_is_written_at_once(tmp_path: Path, size: int, length: int) -> None:
    text = bytes(range(33, 33 + 95))[:length]
    content = written(tmp_path / "log", *(text[start : start + size] for start in range(0, length, size)))
    if length <= 20:
        assert content == text
    else:
        note = f"\n[... {length - 20:,} bytes of the log are left out here ...]\n".encode()
        assert content == text[:10] + note + text[-10:]


def test_what_a_full_disk_refuses_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, room = os.write, [4]

    def write(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        data, room[0] = data[: room[0]], room[0] - len(data[: room[0]])
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    assert written(tmp_path / "log", b"0123456789abcdef") == b"0123"
