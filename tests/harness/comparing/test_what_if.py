"""Tests of `harness.comparing.what_if` and `harness.comparing.what_if_text`."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.comparing.answer_lookup import read_scored_answer
from harness.comparing.what_if import DISTRACTORS, WhatIfResult, chosen_metric, short_cut_off, what_if
from harness.comparing.what_if_text import answers_label, conclusions
from harness.data.competition import Competition
from harness.data.ground_truth import load_ground_truth
from harness.errors import HarnessError
from harness.scoring.evaluate import score_file
from metrics import metric, metrics_of
from tests.factories.competitions import make_competition

Rewrite = Callable[[str], str]  # the answer in a row -> another answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_competition(tmp_path_factory.mktemp("what_if") / "c", queries=6, index=4, non_landmark=3)


def result_of(path: Path, folder: Path, name: str | None = None) -> WhatIfResult:
    competition = Competition.open(folder, folder / "store")
    answer, truth = read_scored_answer(path, competition)
    return what_if(answer, truth, competition.index.ids, chosen_metric(name, truth.task))


def submission(folder: Path, out: Path, task: str, seed: int = 0) -> Path:
    """Write a random submission with repeats, unknown images and empty rows, or with equal confidences."""
    draw = np.random.default_rng(seed)
    competition = Competition.open(folder, folder / "store")
    images = [*competition.index.ids, "unknown"]
    rows = []
    for query in competition.queries.ids:
        listed = " ".join(draw.choice(images, size=draw.integers(0, 14)))
        label = f"{draw.integers(0, 3)} {round(float(draw.random()), 1)}" if draw.random() < 0.8 else ""
        rows.append((query, listed if task == "retrieval" else label))
    header = "images" if task == "retrieval" else "landmarks"
    out.write_text("".join(f"{query},{row}\n" for query, row in [("id", header), *rows]), encoding="utf-8")
    return out


def rewritten_scores(path: Path, folder: Path, rewrite: Rewrite) -> dict[str, dict[str, float | None]]:
    """Return the scores of a file whose answers are rewritten."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    changed = path.with_name("changed.csv")
    lines = [",".join(rows[0]), *(f"{query},{rewrite(answer)}" for query, answer in rows[1:])]
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return score_file(changed, folder)[0].scores


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_list_scores_as_the_file_with_cut_rows(folder: Path, tmp_path: Path, seed: int) -> None:
    path = submission(folder, tmp_path / "a.csv", "retrieval", seed)
    rows = result_of(path, folder).rows
    assert rows[0].scores == score_file(path, folder)[0].scores
    assert [row.cut_off for row in rows] == [None, 1, 5, 10, 20, 50, 100, None]
    for row in rows[1:-1]:
        cut = lambda answer, k=int(row.cut_off or 0): " ".join(answer.split()[:k])
        assert row.scores == rewritten_scores(path, folder, cut), row.change


@pytest.mark.parametrize("seed", range(3))
def test_lists_without_distractors_score_as_the_file_without_images_that_are_relevant_to_no_query(
    folder: Path, tmp_path: Path, seed: int
) -> None:
    path = submission(folder, tmp_path / "a.csv", "retrieval", seed)
    truth = load_ground_truth(folder, "retrieval")
    assert truth is not None
    relevant = set(truth.tokens[np.repeat(truth.scored, np.diff(truth.offsets))])
    result = result_of(path, folder)
    without = lambda answer: " ".join(image for image in answer.split() if image in relevant)
    assert result.rows[-1].change == DISTRACTORS
    assert result.rows[-1].scores == rewritten_scores(path, folder, without)
    assert result.n_distractors == len(set(Competition.open(folder, folder).index.ids) - relevant) > 0


@pytest.mark.parametrize("seed", range(3))
def test_withheld_labels_score_as_the_file_without_them(folder: Path, tmp_path: Path, seed: int) -> None:
    path = submission(folder, tmp_path / "a.csv", "recognition", seed)
    result = result_of(path, folder)
    assert result.rows[0].scores == score_file(path, folder)[0].scores
    assert len(result.rows) > 4
    for row in result.rows[1:]:
        keep = lambda answer, least=row.cut_off: answer if answer and float(answer.split()[1]) >= least else ""
        assert row.scores == rewritten_scores(path, folder, keep), row.change
    answers = [row.answers for row in result.rows]
    assert answers == sorted(answers, reverse=True)


def test_any_metric_can_be_chosen(folder: Path, tmp_path: Path) -> None:
    path = submission(folder, tmp_path / "a.csv", "retrieval")
    result = result_of(path, folder, "map@2")
    judgement = score_file(path, folder)[0].judgement
    assert result.score(result.rows[0], "all") == metric("map@2").score(judgement)
    assert result.score(result.rows[2], "all") == result.score(result.rows[0], "all")  # five images are enough


@pytest.mark.parametrize("name", ["gap", "trapezoid_map", "nothing"])
def test_a_metric_of_other_answers_is_refused(name: str) -> None:
    with pytest.raises(HarnessError, match="map@100"):
        chosen_metric(name, "retrieval")


def test_of_equally_good_cut_offs_the_best_has_fewest_answers(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    competition = Competition.open(folder, folder)
    rows = (f"{query},{competition.index.ids[0]}\n" for query in competition.queries.ids)
    path.write_text("id,images\n" + "".join(rows), encoding="utf-8")
    best = result_of(path, folder).best_on_public()
    assert best is not None
    assert best.cut_off == 1 or best.answers == 1


def test_a_lower_rank_of_the_first_hit_is_better(folder: Path, tmp_path: Path) -> None:
    result = result_of(submission(folder, tmp_path / "a.csv", "retrieval"), folder, "mean_first_hit@100")
    best = result.best_on_public()
    assert best is not None
    assert result.score(best, "public") == min(result.score(row, "public") or 0 for row in result.cut_offs())


def test_without_public_queries_no_cut_off_is_the_best(folder: Path, tmp_path: Path) -> None:
    for table in folder.glob("*.csv"):
        (tmp_path / table.name).write_text(table.read_text().replace("Public", "Private"))
    result = result_of(submission(folder, tmp_path / "a.csv", "retrieval"), tmp_path)
    assert result.best_on_public() is None
    assert conclusions(result)[0] == "best cut-off on public: none, because no public query counts"


def test_the_conclusions_warn_of_private_scores_and_count_distractors(folder: Path, tmp_path: Path) -> None:
    retrieval = result_of(submission(folder, tmp_path / "a.csv", "retrieval"), folder)
    recognition = result_of(submission(folder, tmp_path / "b.csv", "recognition"), folder)
    assert any("overfits" in line for line in conclusions(recognition))
    assert f"{retrieval.n_distractors} index images are relevant to no query" in conclusions(retrieval)[-1]
    assert (answers_label(retrieval), answers_label(recognition)) == ("images per list", "answers")


def test_answers_without_any_label_have_no_cut_off(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,landmarks\n" + "".join(f"{query},\n" for query in Competition.open(folder, folder).queries.ids))
    result = result_of(path, folder)
    assert [row.correct for row in result.rows] == [None]
    assert result.best_on_public() is None


@pytest.mark.parametrize("lowest", [0.0, -0.1234567, 1e-300, 123456.789, 1 / 3])
def test_a_short_cut_off_withholds_the_same_answers(lowest: float) -> None:
    near = np.array([lowest, np.nextafter(lowest, -np.inf), np.nextafter(lowest, np.inf)])
    assert short_cut_off(near, lowest) == lowest
    assert short_cut_off(np.array([lowest, lowest - 0.5, lowest + 0.5]), lowest) <= lowest


def test_every_reported_metric_has_a_score_in_every_row(folder: Path, tmp_path: Path) -> None:
    for row in result_of(submission(folder, tmp_path / "a.csv", "recognition"), folder).rows:
        assert {*row.scores["private"]} == {each.name for each in metrics_of("recognition")}
