"""Tests of `harness.progress_display.notebook`."""

import sys
from types import SimpleNamespace

import pytest

from harness.progress_display import in_notebook, notebook, progress
from harness.progress_display.notebook import line_html
from harness.progress_display.summary import ProgressSummary


class FakeDisplay:
    """IPython's `display` and `HTML`, with all that was shown."""

    def __init__(self, kernel: object) -> None:
        self.contents: list[str] = []
        self.HTML = str
        self.display = self
        self.shell = SimpleNamespace(kernel=kernel)

    def get_ipython(self) -> object:
        return self.shell

    def __call__(self, content: str, *, display_id: bool) -> "FakeDisplay":
        assert display_id
        self.contents.append(content)
        return self

    def update(self, content: str) -> None:
        self.contents.append(content)


def install(monkeypatch: pytest.MonkeyPatch, kernel: object) -> FakeDisplay:
    fake = FakeDisplay(kernel)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    return fake


@pytest.mark.parametrize(("kernel", "notebook"), [(None, False), (object(), True)])
def test_only_a_shell_with_a_kernel_is_a_notebook(
    monkeypatch: pytest.MonkeyPatch, kernel: object, notebook: bool
) -> None:
    install(monkeypatch, kernel)
    assert in_notebook() == notebook


def test_a_notebook_updates_one_output_and_empties_it_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch, object())
    monkeypatch.setattr(notebook, "DELAY_S", 0.0)
    monkeypatch.setattr(notebook, "INTERVAL_S", 0.0)
    with progress() as listener:
        first, other = listener("hash"), listener("nearest")
        first("ranking", 1, 4)
        other("describing", 1, 4)
    assert len(fake.contents) == 3
    assert "0/2 done  hash: ranking" in fake.contents[1]
    assert 'value="0.1875" max="1"' in fake.contents[1]
    assert fake.contents[-1] == ""


def test_a_short_job_draws_nothing_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch, object())
    with progress() as listener:
        listener("hash")("ranking", 1, 4)
    assert fake.contents == []


def test_names_of_jobs_and_stages_are_escaped(hostile_names: list[str]) -> None:
    for name in hostile_names:
        html = line_html(ProgressSummary(1, None, True, name, name, 0.5, None))
        assert "<script" not in html
        assert "<b>" not in html
        assert html.isprintable()
