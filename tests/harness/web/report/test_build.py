"""Tests of `harness.web.report.build`, `harness.web.report.page` and `harness.cli.report`."""

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from harness.web.report import build
from harness.web.report.build import build_report, select_queries
from harness.web.report.page import report_page
from tests.cli import run_command
from tests.factories.entries import EntryFactory


def report_text(factory: EntryFactory, **options: int) -> str:
    limits = {"entries": 20, "queries": 500, **options}
    return report_page(build_report(factory.competition.folder, factory.workspace, **limits))


def data(text: str) -> dict[str, object]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(text)


def test_equal_data_give_equal_files(factory: EntryFactory) -> None:
    factory.add_ranking("one", right=0.5)
    factory.add_labelling("named", dict.fromkeys(factory.competition.queries.ids, (0, 0.5)))
    assert report_text(factory) == report_text(factory)


def test_the_file_holds_boards_entries_queries_and_photographs(factory: EntryFactory) -> None:
    one, other = factory.add_ranking("one", right=0.5), factory.add_ranking("other(k=1)", right=0.9)
    text = report_text(factory)
    assert text.index("other(k=1)") < text.index(">one<")
    assert f'id="entry-{one.id}"' in text
    assert f"{other.scores['private']['map@100']:.4f}" in text
    section = data(text)["tasks"]["retrieval"]
    assert len(section["queries"]) == len(factory.store.query_ids(one.id or 0))
    _, usage, image, _, answers = section["queries"][0]
    assert usage in ("public", "private")
    value, _, images, marks = answers[str(one.id)]
    assert value == pytest.approx(factory.store.per_query(one.id or 0)["map@100"][0], abs=1e-6)
    assert len(images) == len(marks) == build.MAX_IMAGES
    assert b64decode(data(text)["images"][image])[8:12] in (b"WEBP", b"avif")


def test_the_policy_allows_only_the_inline_scripts_and_styles(factory: EntryFactory) -> None:
    factory.add_ranking("one", right=0.5)
    text = report_text(factory)
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


def test_names_are_escaped(factory: EntryFactory, hostile_names: list[str]) -> None:
    for name in [*hostile_names, "</script><script>alert(2)</script>", "<!--"]:
        factory.add_ranking(name, right=0.5)
    text = report_text(factory)
    assert "<script>alert" not in text
    assert "<!--" not in text
    assert "\u202e" not in text
    assert [identity for _, identity in data(text)["tasks"]["retrieval"]["entries"]]


def test_entries_and_queries_are_limited(factory: EntryFactory) -> None:
    for right in (0.2, 0.5, 0.9):
        factory.add_ranking(f"r(right={right})", right=right)
    section = data(report_text(factory, entries=1, queries=2))["tasks"]["retrieval"]
    assert len(section["queries"]) == 2
    assert len(section["entries"]) == 1


def test_thumbnails_stay_within_their_budget(factory: EntryFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    factory.add_ranking("one", right=0.5)
    every = data(report_text(factory))["images"]
    monkeypatch.setattr(build, "MAX_BYTES", sum(len(b64decode(image)) for image in every) // 2)
    some = data(report_text(factory))["images"]
    assert 0 < len(some) < len(every)
    assert sum(len(b64decode(image)) for image in some) < build.MAX_BYTES + build.THUMBNAIL_BYTES


def test_half_the_queries_differ_most_and_half_score_lowest() -> None:
    gains = np.array([[0.9, 0.1, 0.2, 0.3, np.nan, 0.5], [0.0, 0.1, 0.2, 0.3, 0.1, 0.9]])
    assert select_queries(gains, 4) == ([0, 1, 2, 5], 5)
    assert select_queries(gains, 100)[0] == [0, 1, 2, 3, 5]
    assert select_queries(gains, 0) == ([], 5)


def test_a_competition_without_entries_says_so(factory: EntryFactory) -> None:
    assert "No entries yet" in report_text(factory)


def test_the_command_writes_the_file_and_prints_a_summary(factory: EntryFactory, tmp_path: Path) -> None:
    factory.add_ranking("one", right=0.5)
    out = tmp_path / "board.html"
    words = ["report", "--on", factory.competition.folder, "--workspace", factory.workspace.folder, "--out", out]
    result = run_command(*words)
    assert result.exit_code == 0
    assert re.fullmatch(r".*board\.html: 0\.\d MB, \d+ queries, \d+ thumbnails\n", result.output)
    assert out.read_text(encoding="utf-8") == report_text(factory)
