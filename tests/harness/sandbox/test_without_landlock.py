"""Tests of `harness.sandbox.audit_hook` and of what is done where the kernel has no Landlock."""

from pathlib import Path

import pytest

from harness.errors import HarnessError, SolutionError
from harness.sandbox import restriction
from harness.sandbox.policy import SandboxPolicy


@pytest.fixture
def _no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restriction, "landlock_version", lambda: 0)


@pytest.mark.usefixtures("_no_landlock")
def test_an_audit_hook_refuses_hidden_files_and_those_in_hidden_folders(tmp_path: Path) -> None:
    for name in ("truth.csv", "runs/a/truth.csv", "runs2", "other.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.csv").symlink_to("truth.csv")
    policy = SandboxPolicy(hidden=(str(tmp_path / "truth.csv"), str(tmp_path / "runs")))
    assert restriction.restrict(policy) == restriction.enforcement("auto") == "audit hook"
    for name in ("truth.csv", "runs/a/truth.csv", "link.csv"):
        with pytest.raises(SolutionError, match="must not open truth.csv"):
            (tmp_path / name).read_text()
    assert (tmp_path / "runs2").read_text() == (tmp_path / "other.csv").read_text() == ""


@pytest.mark.usefixtures("_no_landlock")
def test_a_required_sandbox_that_is_missing_is_an_error_of_one_line() -> None:
    with pytest.raises(HarnessError, match="^--sandbox require: this system has no Landlock .*--sandbox auto$"):
        restriction.restrict(SandboxPolicy("require"))
    restriction.require_sandbox("auto")


def test_without_a_sandbox_nothing_is_restricted() -> None:
    assert restriction.restrict(SandboxPolicy("off", hidden=("/",))) == restriction.enforcement("off") == "off"
    assert not restriction.is_restricted()
