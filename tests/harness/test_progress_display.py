import sys
from types import SimpleNamespace

import pytest

from harness import progress_display
from harness.progress import ignore_progress
from harness.progress_display import bars_html, in_notebook, progress


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


def test_nothing_is_drawn_where_standard_error_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as listener:
        assert listener("hash") is ignore_progress
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("kernel", "notebook"), [(None, False), (object(), True)])
def test_only_a_shell_with_a_kernel_is_a_notebook(
    monkeypatch: pytest.MonkeyPatch, kernel: object, notebook: bool
) -> None:
    install(monkeypatch, kernel)
    assert in_notebook() == notebook


def test_a_notebook_updates_one_output_and_empties_it_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch, object())
    monkeypatch.setattr(progress_display, "_DELAY_S", 0.0)
    monkeypatch.setattr(progress_display, "_INTERVAL_S", 0.0)
    with progress() as listener:
        update = listener("hash test")
        update("ranking", 1, 4)
        update("ranking", 4, 4)
    assert 'value="1" max="4"' in fake.contents[0]
    assert "hash test: ranking" in fake.contents[0]
    assert fake.contents[1:] == ["", ""]


def test_a_short_job_draws_nothing_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch, object())
    with progress() as listener:
        listener("hash")("ranking", 1, 4)
    assert fake.contents == []


def test_names_of_jobs_are_escaped(hostile_names: list[str]) -> None:
    for name in hostile_names:
        html = bars_html({(name, "ranking"): (1, None)})
        assert "<script" not in html
        assert "<b>" not in html
        assert html.isprintable()
