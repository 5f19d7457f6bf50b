import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from harness.web.report import routes as report
from harness.web.report.page import report_page
from harness.web.report.routes import chosen, report_of
from tests.factories.entries import Entered


def written(entered: Entered, **options: int) -> str:
    asked = {"entries": 20, "queries": 500, **options}
    return report_page(report_of(entered.competition.folder, entered.workspace, **asked))


def data(text: str) -> dict[str, object]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_the_same_data_make_the_same_file(entered: Entered) -> None:
    entered.ranking("one", right=0.5)
    entered.labelling("named", dict.fromkeys(entered.competition.queries.ids, (0, 0.5)))
    assert written(entered) == written(entered)


def test_the_file_holds_boards_entries_queries_and_photographs(entered: Entered) -> None:
    one, other = entered.ranking("one", right=0.5), entered.ranking("other(k=1)", right=0.9)
    text = written(entered)
    assert text.index("other(k=1)") < text.index(">one<")
    assert f'id="entry-{one.id}"' in text
    assert f"{other.scores['private']['map@100']:.5f}" in text
    found = data(text)["tasks"]["retrieval"]
    assert len(found["queries"]) == len(entered.store.query_ids(one.id or 0))
    _, usage, image, _, answers = found["queries"][0]
    assert usage in ("public", "private")
    value, _, images, marks = answers[str(one.id)]
    assert value == pytest.approx(entered.store.per_query(one.id or 0)["map@100"][0], abs=1e-6)
    assert len(images) == len(marks) == report.ANSWERS
    assert b64decode(data(text)["images"][image])[8:12] == b"WEBP"


def test_only_its_own_scripts_and_styles_may_run_and_nothing_may_be_fetched(entered: Entered) -> None:
    entered.ranking("one", right=0.5)
    text = written(entered)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    policy = policy.replace("&#39;", "'")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "'self'" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(scripts) == 4
    for content in scripts + styles:
        assert f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", text.partition("<body")[2].partition("<script")[0])
    assert " style=" not in text


def test_names_of_all_kinds_stay_names(entered: Entered, hostile_names: list[str]) -> None:
    for name in [*hostile_names, "</script><script>alert(2)</script>", "<!--"]:
        entered.ranking(name, right=0.5)
    text = written(entered)
    assert "<script>alert" not in text
    assert "<!--" not in text
    assert "\u202e" not in text
    assert [identity for _, identity in data(text)["tasks"]["retrieval"]["entries"]]


def test_so_many_entries_and_queries_are_looked_into(entered: Entered) -> None:
    for right in (0.2, 0.5, 0.9):
        entered.ranking(f"r(right={right})", right=right)
    found = data(written(entered, entries=1, queries=2))["tasks"]["retrieval"]
    assert len(found["queries"]) == 2
    assert len(found["entries"]) == 1


def test_photographs_have_no_more_room_than_there_is(entered: Entered, monkeypatch: pytest.MonkeyPatch) -> None:
    entered.ranking("one", right=0.5)
    every = data(written(entered))["images"]
    monkeypatch.setattr(report, "ROOM", sum(len(b64decode(image)) for image in every) // 2)
    some = data(written(entered))["images"]
    assert 0 < len(some) < len(every)
    assert sum(len(b64decode(image)) for image in some) < report.ROOM + report.A_THUMBNAIL


def test_half_are_those_that_differ_most_the_rest_those_the_first_answers_worst() -> None:
    gains = np.array([[0.9, 0.1, 0.2, 0.3, np.nan, 0.5], [0.0, 0.1, 0.2, 0.3, 0.1, 0.9]])
    assert chosen(gains, 4) == ([0, 1, 2, 5], 5)
    assert chosen(gains, 100)[0] == [0, 1, 2, 3, 5]
    assert chosen(gains, 0) == ([], 5)


def test_a_competition_without_entries_says_so(entered: Entered) -> None:
    assert "No entries yet" in written(entered)


def test_the_command_writes_it_and_says_so(entered: Entered, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from harness.cli.main import app

    entered.ranking("one", right=0.5)
    out = tmp_path / "board.html"
    words = ["report", "--on", entered.competition.folder, "--workspace", entered.workspace.folder, "--out", out]
    ran = CliRunner().invoke(app, [str(word) for word in words])
    assert ran.exit_code == 0
    assert re.fullmatch(r".*board\.html: 0\.\d MB, \d+ queries, \d+ thumbnails; it opens in any browser\n", ran.output)
    assert out.read_text(encoding="utf-8") == written(entered)
