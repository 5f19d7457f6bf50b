"""Tests of `harness.web.explorer.routes`, `harness.web.explorer.page`, `harness.web.explorer.filter_view`, `harness.web.shared.entry_lookup`, `harness.web.data.photos`,
`harness.web.data.thumbnails`, `harness.web.data.entry_analysis`, `harness.web.data.analysis_cache`, `harness.web.data.query_answer`
`harness.web.data.query_truth` and `harness.data.images.thumbnail`.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from harness.data.ground_truth import load_ground_truth
from tests.factories.competitions import image_path, write_table
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]
Query = tuple[str, list[str]]  # a scored query and its relevant images


def marks(text: str) -> list[str]:
    return re.findall(r'<li class="judged (\w+)(?: later)?">', text)


def listed_ids(text: str) -> list[str]:
    """Return the queries of a list in their order."""
    return re.findall(r'<h2><a href="[^"]*"><bdi>(\w+)</bdi>', text)


def test_answers_are_marked_and_missed_images_are_listed(
    factory: EntryFactory, browse: Browse, first_query: Query
) -> None:
    query, relevant = first_query
    wrong = next(image for image in factory.competition.index.ids if image not in relevant)
    entry = factory.add_ranking("some", {query: [relevant[0], wrong, relevant[0], relevant[1]]})
    text = browse(factory.competition.folder).get(f"/e/{entry.id}/queries/{query}").text
    expected, answers = text.split("<h3>Answers</h3>")
    assert marks(answers) == ["right", "wrong", "ignored", "right"]
    assert marks(expected) == ["missed"] * (len(relevant) - 2) + ["right", "right"]
    assert 'aria-label="hits at ranks 1, 4 of 100"' in expected
    assert f"2 of {len(relevant)} found" in text
    assert "first at rank 1" in text


def test_pages_show_the_file_of_each_image_and_find_queries_by_it(
    factory: EntryFactory, browse: Browse, first_query: Query
) -> None:
    query, relevant = first_query
    write_table(
        factory.competition.folder / "files.csv", "id,file", [(query, "church/<b>1.jpg"), (relevant[0], "a/2.jpg")]
    )
    entry = factory.add_ranking("some", {query: [relevant[0]]})
    client = browse(factory.competition.folder)
    text = client.get(f"/e/{entry.id}/queries/{query}").text
    assert f'<h1>Query <bdi>{query}</bdi> <bdi class="quiet file">church/&lt;b&gt;1.jpg</bdi></h1>' in text
    assert 'title="a/2.jpg" data-enlarge' in text
    assert f"relevant: image {relevant[0]}, a/2.jpg" in text
    for search in ("CHURCH/<B>1.JPG", "church", query):
        assert listed_ids(client.get(f"/e/{entry.id}/queries", params={"search": search}).text) == [query]
    assert listed_ids(client.get(f"/e/{entry.id}/queries", params={"search": "a/2.jpg"}).text) == []


def test_queries_are_sorted_by_score_or_difference(factory: EntryFactory, browse: Browse) -> None:
    one, other = factory.add_ranking("half", right=0.5), factory.add_ranking("more", right=0.8)
    values = factory.store.per_query(one.id or 0)["map@100"]
    theirs = factory.store.per_query(other.id or 0)["map@100"]
    ids = np.array(factory.store.query_ids(one.id or 0))
    of = dict(zip(ids, values, strict=True))
    apart = dict(zip(ids, np.abs(values - theirs), strict=True))
    client = browse(factory.competition.folder)
    worst = listed_ids(client.get(f"/e/{one.id}/queries").text)
    assert [of[query] for query in worst] == sorted(values)
    best = listed_ids(client.get(f"/e/{one.id}/queries?sort=best").text)
    assert [of[query] for query in best] == sorted(values, reverse=True)
    most = listed_ids(client.get(f"/e/{one.id}/queries?sort=difference&against={other.id}").text)
    assert [apart[query] for query in most] == sorted(apart.values(), reverse=True)
    public = listed_ids(client.get(f"/e/{one.id}/queries?part=public").text)
    assert 0 < len(public) < len(worst)


def test_two_entries_are_shown_side_by_side(factory: EntryFactory, browse: Browse, first_query: Query) -> None:
    query, relevant = first_query
    one, other = factory.add_ranking("one", {query: relevant}), factory.add_ranking("other", {query: relevant[:1]})
    text = browse(factory.competition.folder).get(f"/e/{one.id}/queries/{query}?against={other.id}").text
    assert text.count("<section>") == 2
    assert f"{len(relevant)} of {len(relevant)} found" in text
    assert f"1 of {len(relevant)} found" in text


def test_a_query_without_an_answer_is_shown_as_such(factory: EntryFactory, browse: Browse, first_query: Query) -> None:
    query, _ = first_query
    entry = factory.add_ranking("nothing", {})
    text = browse(factory.competition.folder).get(f"/e/{entry.id}/queries/{query}").text
    assert "no answer" in text
    assert set(marks(text)) == {"missed"}


def test_previous_and_next_lead_through_the_list(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("half", right=0.5)
    client = browse(factory.competition.folder)
    order = listed_ids(client.get(f"/e/{entry.id}/queries?sort=best").text)
    text = client.get(f"/e/{entry.id}/queries/{order[1]}?sort=best").text
    assert re.findall(r'rel="(?:prev|next)" href="[^"]*/(\w+)\?sort=best"', text) == [order[0], order[2]]


def test_a_recognition_query_shows_prediction_truth_and_cost(factory: EntryFactory, browse: Browse) -> None:
    truth = load_ground_truth(factory.competition.folder, "recognition")
    assert truth is not None
    landmarks_by_query = {
        query: truth.relevant[a:b].tolist()
        for query, a, b in zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
    }
    queries = [query for query, landmarks in landmarks_by_query.items() if landmarks]
    labels = {query: (landmarks_by_query[query][0], 0.5) for query in queries}
    labels[queries[0]] = ((landmarks_by_query[queries[0]][0] + 1) % 3, 0.9)  # wrong, with the highest confidence
    entry = factory.add_labelling("named", labels)
    client = browse(factory.competition.folder)
    text = client.get(f"/e/{entry.id}/queries").text
    assert listed_ids(text)[0] == queries[0]
    score = entry.scores["all"]["gap"]
    without = factory.add_labelling("without", {query: each for query, each in labels.items() if query != queries[0]})
    assert f"costs {without.scores['all']['gap'] - score:.5f} of GAP" in text
    assert "Precision at each rank" in text
    page = client.get(f"/e/{entry.id}/queries/{queries[0]}").text
    assert "confidence 0.9" in page
    assert page.count("train photo of ") > 2
    assert client.get(f"/e/{entry.id}/queries/{list(landmarks_by_query)[-1]}").status_code == 200


@pytest.mark.parametrize(
    "query", ["nothing", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 400, "%ff", "<script>", "%2e%2e%2ftest.csv"]
)
def test_an_unknown_query_is_an_error_page(factory: EntryFactory, browse: Browse, query: str) -> None:
    entry = factory.add_ranking("some", right=0.5)
    answer = browse(factory.competition.folder).get(f"/e/{entry.id}/queries/{query}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("text", ["page=0", "page=x", "page=99999999999", "landmark=" + "9" * 30, "hits=x", "ap=2-3"])
def test_impossible_values_of_a_query_string_are_ignored(factory: EntryFactory, browse: Browse, text: str) -> None:
    client, entry = browse(factory.competition.folder), factory.add_ranking("some", right=0.5)
    answer = client.get(f"/e/{entry.id}/queries?{text}")
    assert answer.status_code == 200
    assert len(listed_ids(answer.text)) > 1


def test_entries_on_other_queries_cannot_be_compared(factory: EntryFactory, browse: Browse) -> None:
    entry, other = factory.add_ranking("some", right=0.5), factory.add_labelling("named", {})
    client = browse(factory.competition.folder)
    assert client.get(f"/e/{entry.id}/queries?against={other.id}").status_code == 404
    comparison = client.get(f"/e/{entry.id}?against={other.id}").headers["location"]
    assert client.get(comparison).status_code == 404
    assert client.get(f"/e/{entry.id}/queries?against=77").status_code == 404


def test_answers_link_to_their_local_matches(
    factory: EntryFactory, browse: Browse, first_query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, relevant = first_query
    entry = factory.add_ranking("local", {query: relevant})
    match_address = lambda entry, query, image: f"/matches/{entry.id}/{query}/{image}"
    monkeypatch.setattr("harness.web.data.entry_analysis.match_address", match_address)
    client = browse(factory.competition.folder)
    assert f'href="/matches/{entry.id}/{query}/{relevant[0]}"' in client.get(f"/e/{entry.id}/queries/{query}").text


def test_a_missing_submission_is_an_error_page(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.5)
    Path(entry.submission or "").unlink()
    client = browse(factory.competition.folder)
    assert client.get(f"/e/{entry.id}").status_code == 200
    answer = client.get(f"/e/{entry.id}/queries")
    assert answer.status_code == 404
    assert "has no results by query" in answer.text


def test_photos_are_served_in_two_sizes_with_an_etag(factory: EntryFactory, browse: Browse) -> None:
    client = browse(factory.competition.folder)
    image_id = factory.competition.index.ids[0]
    address = f"/images/{factory.competition.key}/index/small/{image_id}"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].startswith("private")
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address.replace("small", "large")).headers["etag"] != answer.headers["etag"]
    Image.new("RGB", (300, 100)).save(image_path(factory.competition.folder, "index", image_id))
    changed = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != answer.headers["etag"]


@pytest.mark.parametrize(
    "tail",
    [
        "test/small/{index}",
        "index/small/nothing",
        "index/small/..%2Ftest",
        "index/huge/{index}",
        "..%2Findex/small/{index}",
        "index/small/" + quote("<svg onload=x>"),
        "index/small/%2Fetc%2Fpasswd",
        "index/small/test.csv",
        "index/small/" + "x" * 5000,
    ],
)
def test_no_other_file_is_served(factory: EntryFactory, browse: Browse, tail: str) -> None:
    client = browse(factory.competition.folder)
    tail = tail.format(index=factory.competition.index.ids[0])
    answer = client.get(f"/images/{factory.competition.key}/{tail}")
    assert answer.status_code == 404
    assert b"passwd" not in answer.content


def test_a_photo_that_no_table_names_is_not_served(factory: EntryFactory, browse: Browse) -> None:
    Image.new("RGB", (30, 30)).save(factory.competition.folder / "secret.jpg")
    for part in ("train", "index", "test"):
        address = f"/images/{factory.competition.key}/{part}/small/secret"
        assert browse(factory.competition.folder).get(address).status_code == 404


def test_a_damaged_photo_is_a_placeholder(factory: EntryFactory, browse: Browse) -> None:
    image_id = factory.competition.index.ids[0]
    image_path(factory.competition.folder, "index", image_id).write_bytes(b"\xff\xd8\xff broken")
    answer = browse(factory.competition.folder).get(f"/images/{factory.competition.key}/index/small/{image_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "image/svg+xml"


def test_pages_and_photos_are_served_on_a_full_disk(
    factory: EntryFactory, browse: Browse, first_query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    from errno import ENOSPC

    from harness.web.data import stored_content

    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(stored_content, "atomic_path", full)
    query, relevant = first_query
    entry, _ = factory.add_ranking("one", {query: relevant}), factory.add_ranking("two", {query: relevant[:1]})
    client = browse(factory.competition.folder)
    assert "right" in marks(client.get(f"/e/{entry.id}/queries/{query}").text)
    assert client.get(f"/c/{entry.competition}/retrieval/public/ties").status_code == 200
    photo = client.get(f"/images/{entry.competition}/test/small/{query}")
    assert photo.headers["content-type"] == "image/jpeg"


def test_an_entry_on_a_fold_is_analysed_on_its_train_images(factory: EntryFactory, browse: Browse) -> None:
    from dataclasses import replace

    from harness.data.split import fold_split, make_folds, save_folds
    from harness.scoring.evaluate import evaluate
    from harness.scoring.stored_evaluation import to_arrays
    from harness.submissions.answer import Ranking
    from harness.submissions.read_write import write_submission

    competition = factory.competition
    folds = make_folds(competition.train.ids, competition.labels, 2)
    save_folds(factory.workspace.folds_file(competition.key), competition, folds)
    split = fold_split(competition, folds, 1, "retrieval")
    assert split.ground_truth is not None
    index = split.data.index.ids
    answer = Ranking.from_rows([list(index)] * len(split.queries), split.queries.ids, index)
    evaluation = evaluate(answer, split.ground_truth)
    on_test = factory.add_ranking("folded", right=0.5)
    path = Path(on_test.submission or "").with_name("fold.csv")
    write_submission(answer, path)
    fields = {"split": folds.name(1), "submission": str(path), "scores": evaluation.scores, "id": None}
    entry = factory.store.add(replace(on_test, **fields), to_arrays(evaluation), evaluation.query_ids.tolist())
    other_folds = factory.store.add(replace(entry, id=None, split="fold 1/2 of deal ffffff"))
    client = browse(competition.folder)
    text = client.get(f"/e/{entry.id}/queries").text
    assert sorted(listed_ids(text)) == sorted(evaluation.query_ids)
    photo = re.findall(r'<img src="([^"]+)"', text)[0]
    assert "/train/small/" in photo
    assert client.get(photo).headers["content-type"] == "image/jpeg"
    assert "Explore queries" in client.get(f"/e/{entry.id}").text
    assert client.get(f"/e/{entry.id}/queries?against={on_test.id}").status_code == 404
    assert client.get(f"/e/{other_folds.id}/queries").status_code == 404
    assert client.get(f"/e/{other_folds.id}").status_code == 200


def test_an_entry_without_per_query_values_still_has_a_page(factory: EntryFactory, browse: Browse) -> None:
    from dataclasses import replace

    bare = factory.store.add(replace(factory.add_ranking("old", right=0.5), id=None))
    client = browse(factory.competition.folder)
    assert client.get(f"/e/{bare.id}").status_code == 200
    answer = client.get(f"/e/{bare.id}/queries")
    assert answer.status_code == 409
    assert "run it again" in answer.text


def test_a_damaged_thumbnail_is_made_again(factory: EntryFactory, browse: Browse, tmp_path: Path) -> None:
    address = f"/images/{factory.competition.key}/index/small/{factory.competition.index.ids[0]}"
    client = browse(factory.competition.folder)
    photo = client.get(address).content
    (stored,) = (path for path in (factory.workspace.folder / "serving" / "thumbnails").rglob("*") if path.is_file())
    stored.write_bytes(stored.read_bytes()[:-100])
    assert client.get(address).content == photo
    stored.unlink()
    (tmp_path / "elsewhere").write_text("not to be changed")
    stored.symlink_to(tmp_path / "elsewhere")
    assert client.get(address).content == photo
    assert (tmp_path / "elsewhere").read_text() == "not to be changed"
    assert not stored.is_symlink()


def test_a_pipe_in_the_place_of_a_photo_is_a_placeholder(factory: EntryFactory, browse: Browse) -> None:
    path = image_path(factory.competition.folder, "index", factory.competition.index.ids[0])
    path.unlink()
    os.mkfifo(path)
    address = f"/images/{factory.competition.key}/index/small/{factory.competition.index.ids[0]}"
    assert browse(factory.competition.folder).get(address).status_code == 404
