"""Tests of `harness.export.entry_record`."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from harness.export.entry_record import KEY_TAG, entry_record, tracker_name
from leaderboard import Entry
from tests.factories.entries import make_entry


@pytest.fixture
def entry() -> Entry:
    scores = {"public": 0.25, "private": 0.5, "all": 0.4}
    return make_entry("hash(kind='dct', threshold=20)", id=7, intervals={"public": (0.1, 0.4)}, **scores)


def test_parameters_are_those_of_the_run(entry: Entry) -> None:
    parameters = entry_record(entry).parameters
    own = {"parameter/kind": "'dct'", "parameter/threshold": "20"}
    assert parameters == {"solution": "hash", "task": "retrieval", "split": "test", "seed": "0"} | own


def test_metrics_are_scores_intervals_costs_and_numbers_of_queries(entry: Entry) -> None:
    assert entry_record(entry).metrics == {
        "public/map_at_100": 0.25,
        "private/map_at_100": 0.5,
        "all/map_at_100": 0.4,
        "public/map_at_100_low": 0.1,
        "public/map_at_100_high": 0.4,
        "seconds/fit": 2.0,
        "seconds/rank": 1.0,
        "seconds/total": 3.0,
        "cpu_seconds/total": 12.0,
        "peak_memory_mb": 300.0,
        "queries/queries": 4.0,
        "queries/answered": 2.0,
        "queries/empty": 1.0,
        "queries/failed": 1.0,
    }


def test_private_scores_can_be_left_out(entry: Entry) -> None:
    names = {name.partition("/")[0] for name in entry_record(entry, private=False).metrics}
    assert "public" in names
    assert not names & {"private", "all"}


def test_tags_say_where_the_entry_comes_from(entry: Entry) -> None:
    record = entry_record(entry)
    expected = {"landmark.entry": "7", "landmark.code": "abc", "landmark.device": "cpu", "version.numpy": "2.4"}
    assert record.tags[KEY_TAG] == record.key
    assert expected.items() <= record.tags.items()
    assert "landmark.reason" not in record.tags
    assert (record.ended - record.started, record.ended) == (timedelta(seconds=3), entry.created)


def test_the_key_is_that_of_one_entry(entry: Entry) -> None:
    changes = ({"id": 8}, {"run_key": "another"}, {"created": entry.created + timedelta(microseconds=1)})
    others = [replace(entry, **change) for change in changes]
    assert entry_record(entry).key == entry_record(replace(entry, scores={})).key
    assert len({entry_record(each).key for each in [entry, *others]}) == 4


def test_a_failed_entry_has_its_reason_and_no_submission(tmp_path: Path) -> None:
    record = entry_record(make_entry("slow", reason="ran out\nof time", submission=str(tmp_path / "missing.csv")))
    assert record.failed
    assert record.submission is None
    assert record.tags["landmark.reason"] == r"ran out\nof time"


def test_hostile_names_become_names_that_trackers_accept(hostile_names: list[str]) -> None:
    for name in [*hostile_names, "../../etc/passwd", "//", "a/./b", "."]:
        entry = make_entry(
            name, versions={name: name}, metric=name, scores={"public": {name: 0.5}}, intervals={"public": (0, 1)}
        )
        record = entry_record(replace(entry, competition_name=name))
        assert record.name.isprintable()
        assert record.experiment.isprintable()
        for text in [*record.metrics, *record.parameters, *record.tags]:
            assert re.fullmatch(r"[\w.\- /]{1,250}", text), text
            assert not {"", ".", ".."} & {*text.split("/")}, text
        assert all(len(value) <= 500 and value.isprintable() for value in record.tags.values())


def test_a_metric_at_a_cut_off_has_a_name_without_the_sign() -> None:
    assert tracker_name("public/precision@10") == "public/precision_at_10"
