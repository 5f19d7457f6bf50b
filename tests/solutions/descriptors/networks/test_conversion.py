"""Tests of `solutions.descriptors.networks.conversion` and `solutions.descriptors.networks.network_spec`."""

import sys
from pathlib import Path

import pytest

from harness import HarnessError
from solutions.descriptors.networks import conversion
from solutions.descriptors.networks.conversion import convert_in_subprocess, main
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec

SPEC = NetworkSpec("lite0", None, "block4_sum", classes=True, further=("stem_relu", "block5_sum"), preprocessing="unit")


def test_a_spec_is_the_same_after_json() -> None:
    assert NetworkSpec.from_json(SPEC.to_json()) == SPEC


def test_a_description_is_the_same_after_json(tmp_path: Path) -> None:
    described = ConvertedNetwork(
        {"maps": "maps", "cls": "vector"}, (224, None), {"side": 224, "crop": 0.9}, "network.xml", {"torch": "2"}
    )
    described.write(tmp_path / "network.json")
    assert ConvertedNetwork.read(tmp_path / "network.json") == described


def executable(folder: Path, script: str) -> str:
    """Return the path of a shell script that is run in the place of Python; its sixth argument is the folder."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


SCRIPTS = {
    "no reason": ("exit 3", "lite0: its conversion failed: exit status 3"),
    "a traceback": ("echo Traceback >&2; echo 'MemoryError: too large' >&2; exit 1", "lite0: its conversion failed: Traceback MemoryError: too large"),
    "killed": ("kill -9 $$", "lite0: its conversion failed: exit status -9"),
    "nothing written": ("exit 0", "lite0: its conversion failed: exit status 0"),
    "a reason": ("echo noise; printf 'lite0: no such layer' > \"$5/reason.txt\"; exit 1", "lite0: no such layer"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(SCRIPTS))
def test_a_conversion_that_fails_is_an_error_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    script, complaint = SCRIPTS[what]
    monkeypatch.setattr(sys, "executable", executable(tmp_path, script))
    folder = tmp_path / "network"
    folder.mkdir()
    with pytest.raises(HarnessError) as refused:
        convert_in_subprocess(NetworkSpec(), folder)
    assert str(refused.value) == complaint


def test_a_conversion_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", executable(tmp_path, "exec sleep 60"))
    monkeypatch.setenv("LANDMARK_CONVERSION_TIMEOUT", "0.05")
    with pytest.raises(HarnessError) as refused:
        convert_in_subprocess(NetworkSpec(), tmp_path)
    expected = "lite0: its conversion took more than 0.05 s; set LANDMARK_CONVERSION_TIMEOUT to more seconds"
    assert str(refused.value) == expected


@pytest.mark.parametrize("limit", ["no", "0", "-1", "nan", "inf"])
def test_a_time_limit_that_is_no_number_of_seconds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setenv("LANDMARK_CONVERSION_TIMEOUT", limit)
    with pytest.raises(HarnessError, match=f"'{limit}' must be a number of seconds above 0"):
        convert_in_subprocess(NetworkSpec(), tmp_path)


class FailingSource:
    """A source whose models cannot be converted."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def convert(self, spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HarnessError("lite0: no"), "lite0: no"),
        (OSError(28, "No space left on device"), "lite0: cannot be converted: No space left on device"),
        (MemoryError(), "lite0: cannot be converted: there is not enough memory"),
    ],
)
def test_the_process_writes_why_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    monkeypatch.setattr(conversion, "find_source", lambda spec: FailingSource(error))
    assert main([NetworkSpec().to_json(), str(tmp_path)]) == 1
    assert (tmp_path / "reason.txt").read_text() == reason
