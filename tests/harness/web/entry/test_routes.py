"""Tests of `harness.web.entry.routes`, `harness.web.entry.analysis`, `harness.web.entry.headline`,
`harness.web.entry.run_command`, `harness.web.entry.run_log`, `harness.web.shared.entry_tables`,
`harness.web.data.slices`, `harness.web.charts.histogram` and `harness.web.charts.curve`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from harness.data.ground_truth import load_ground_truth
from harness.web.data.background_task import BackgroundTask
from harness.web.entry import routes
from harness.web.permissions import Permissions
from leaderboard import Stage
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets pages wait until their charts are computed."""
    monkeypatch.setattr(routes, "PATIENCE_S", 30)


def test_an_entry_shows_scores_parameters_and_its_command(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("hash(kind='dct', threshold=10)", right=0.5)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    assert f"{entry.scores['private']['map@100']:.4f}" in text
    assert "threshold" in text
    assert "&#39;dct&#39;" in text
    command = f"landmark run &#39;hash(kind=&#39;&#34;&#39;&#34;&#39;dct&#39;&#34;&#39;&#34;&#39;, threshold=10)&#39; --on {factory.competition.folder}"
    assert command in text


def test_the_device_is_shown(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("hash", right=0.5)
    assert "<bdi>cpu</bdi>, 2 versions" in browse(factory.competition.folder).get(f"/e/{entry.id}").text


def test_an_entry_compared_with_another_is_found_on_the_page_of_comparisons(
    factory: EntryFactory, browse: Browse
) -> None:
    entry, other = factory.add_ranking("one", right=0.5), factory.add_ranking("two", right=0.8)
    client, address = browse(factory.competition.folder), f"/c/{factory.competition.key}/retrieval/compare"
    answer = client.get(f"/e/{entry.id}?against={other.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?entry={entry.id}&entry={other.id}")
    assert client.get(answer.headers["location"]).status_code == 200
    form = client.get(f"/e/{entry.id}").text.partition(f'action="{address}"')[2].partition("</form>")[0]
    assert f'<option value="{other.id}">' in form


def test_bars_of_the_histogram_lead_to_as_many_queries_as_they_count(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("half", right=0.5)
    client = browse(factory.competition.folder)
    bars = re.findall(
        r'<a href="([^"]+)" class="bar-link[^>]*aria-label="(\d+) quer', client.get(f"/e/{entry.id}").text
    )
    assert sum(int(count) for _, count in bars) == len(factory.store.query_ids(entry.id or 0))
    address, count = bars[-1]
    assert "ap=0.95-1" in address
    assert client.get(address).text.count("<article") == int(count)


def test_the_head_gives_rank_score_and_interval(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("best", right=1.0)
    entry = factory.add_ranking("some", right=0.5)
    head = browse(factory.competition.folder).get(f"/e/{entry.id}").text.partition("</dl>")[0]
    low, high = entry.intervals["private"]
    assert "<dt>public rank</dt><dd>2 <small>of 2 solutions</small>" in head
    assert f"{entry.scores['private']['map@100']:.4f} <small>± {(high - low) / 2:.4f}</small>" in head


def test_costs_of_landmarks_are_those_of_their_queries(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.4)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    table = text.partition("Landmarks that cost most</h2>")[2].partition("</table>")[0]
    costs = [float(cost) for cost in re.findall(r'number">(0\.\d{4})<', table)]
    assert costs == sorted(costs, reverse=True)
    assert 0 < sum(costs) <= 1 - (entry.score("all", "map@100") or 0) + 1e-3
    assert f"/e/{entry.id}/queries?landmark=" in table


def test_answers_of_a_recognition_are_counted(factory: EntryFactory, browse: Browse) -> None:
    truth = load_ground_truth(factory.competition.folder, "recognition")
    assert truth is not None
    first = {
        str(query): int(truth.relevant[start])
        for query, start, end in zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
        if end > start
    }
    labels = {query: (label, 0.9) for query, label in first.items()} | {next(iter(first)): (-5, 0.1)}
    entry = factory.add_labelling("most", labels)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    rows = re.findall(r'<tr><th scope="row">([a-z ,]+)</th><td class="number">(\d+)</td>', text)
    counts = [int(count) for name, count in rows if name in ("right", "another landmark")]
    assert counts == [len(first) - 1, 1]
    assert "Precision of the most confident answers" in text


def test_charts_are_computed_in_the_background(
    factory: EntryFactory, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = factory.add_ranking("some", right=0.4)
    client, address = browse(factory.competition.folder), f"/e/{entry.id}/analysis"
    with monkeypatch.context() as patch:
        patch.setattr(BackgroundTask, "wait", lambda _task, _seconds: False)
        assert f'data-fetch="{address}"' in client.get(f"/e/{entry.id}").text
        assert client.get(address).status_code == 202
    assert "Landmarks that cost most" in client.get(f"/e/{entry.id}").text
    assert "Landmarks that cost most" in client.get(address).text


def test_charts_need_the_ground_truth(factory: EntryFactory, browse: Browse) -> None:
    class TruthHidden(Permissions):
        def can_see_truth(self, competition: str) -> bool:
            return False

    entry = factory.add_ranking("some", right=0.4)
    client = browse(factory.competition.folder, permissions_of=lambda _request: TruthHidden())
    assert client.get(f"/e/{entry.id}/analysis").status_code == 404
    text = client.get(f"/e/{entry.id}").text
    assert not any(word in text for word in ("data-fetch", "<figure", "Scores on subsets", "cost most"))


def test_rotated_photos_are_a_subset(factory: EntryFactory, browse: Browse) -> None:
    from PIL import Image

    from tests.factories.competitions import image_path

    path = image_path(factory.competition.folder, "test", factory.competition.queries.ids[0])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    entry = factory.add_ranking("some", right=0.4)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    slices = text.partition("<h2>Scores on subsets")[2].partition("</table>")[0]
    orientation = slices.partition("photo orientation")[2]
    assert ">public<" not in slices, "the table of scores has it"
    assert re.search(r'>rotated</a></th><td class="number">1</td>', orientation)


def test_the_submission_can_be_downloaded(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.5)
    answer = browse(factory.competition.folder).get(f"/e/{entry.id}/submission.csv")
    assert answer.content == Path(entry.submission or "").read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="entry-{entry.id}-submission.csv"'


def test_files_are_found_in_a_moved_workspace(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.5)
    path = Path(entry.submission or "")
    moved = factory.store.add(replace(entry, id=None, submission=f"/elsewhere/runs/x/{path.parent.name}/{path.name}"))
    assert browse(factory.competition.folder).get(f"/e/{moved.id}/submission.csv").status_code == 200


def test_a_failed_run_shows_the_end_of_its_log(factory: EntryFactory, browse: Browse) -> None:
    log = "\n".join([f"line {number}" for number in range(5000)] + ["<img src=x onerror=alert(1)>", "\x1b[31mred"])
    entry = factory.add_failed("broken", "ValueError: it broke", log)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    assert "ValueError: it broke" in text
    assert "<details open>" in text, "there is no traceback"
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "line 4999" in text
    assert "line 100\n" not in text
    assert "\x1b" not in text


def test_a_run_that_timed_out_says_how_far_it_came_and_how_to_repeat_it(factory: EntryFactory, browse: Browse) -> None:
    reason = "timed out after 6 s (--timeout) while ranking (3 of 1200)"
    failed = factory.add_failed("slow", reason)
    options = {"split": "40 of 561 test queries", "seed": 2, "stages": (Stage("run", 6.1, 5.5, 300.0),)}
    entry = factory.store.add(replace(failed, id=None, **options))  # type: ignore[arg-type]
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    assert '<span class="badge bad">timed out</span>' in text
    assert "<dt>stage reached</dt><dd>ranking <small>3 of 1,200</small>" in text
    assert "6.1 s <small>300 MB</small>" in text
    assert f"landmark run slow --on {factory.competition.folder} --limit 40 --seed 2 --timeout 12<" in text
    old = browse(factory.competition.folder).get(f"/e/{failed.id}").text
    assert "--timeout 12<" in old, "an entry without stages"


def test_the_part_of_a_traceback_that_is_of_the_solution_comes_first(factory: EntryFactory, browse: Browse) -> None:
    log = "Traceback (most recent call last):\n  File \"/opt/harness/running/job_execution.py\", line 144, in ask\n    return solution.rank(queries)\n  File \"/home/me/mine.py\", line 10, in rank\n    return self.table[key]\nKeyError: 'none'\n\nThe above exception was the direct cause of the following exception:"  # fmt: skip
    entry = factory.add_failed("mine", "KeyError: 'none' (mine.py, line 10)", log)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    first = text.partition('aria-label="Traceback of the solution"')[2].partition("</pre>")[0]
    assert "mine.py" in first
    assert "KeyError: &#39;none&#39;" in first
    assert "job_execution" not in first
    assert "<details><summary>8 lines" in text


def test_teams_do_not_see_the_path_of_the_competition(factory: EntryFactory, browse: Browse) -> None:
    class Team(Permissions):
        user_name = "team"

    def team(_request: Request) -> Permissions:
        return Team()

    entry = factory.add_ranking("some", right=0.5)
    text = browse(factory.competition.folder, permissions_of=team).get(f"/e/{entry.id}").text
    assert str(factory.competition.folder) not in text
    assert f"--on {factory.competition.name}" in text


def test_a_log_or_a_submission_that_leads_out_of_the_workspace_is_not_served(
    factory: EntryFactory, browse: Browse, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("id,images\nsecret,secret\n")
    entry = factory.add_ranking("one", right=0.5)
    folder = factory.workspace.run_folder(factory.competition.key, "run-1")
    for name in ("log.txt", "submission.csv"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "secret")
    client = browse(factory.competition.folder)
    assert "secret" not in client.get(f"/e/{entry.id}").text
    assert client.get(f"/e/{entry.id}/submission.csv").status_code == 404
