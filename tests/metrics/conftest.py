"""Small cases with scores taken from the reference evaluator's own tests and from hand computation."""

import pytest

from metrics import RecognitionJudgement, RetrievalJudgement, judge_recognition, judge_retrieval


@pytest.fixture
def reference_retrieval() -> RetrievalJudgement:
    """Four queries: unanswered, right at rank 2, one of three found, right at rank 1."""
    ground_truth = {"0123": ["fe10", "fe20"], "0223": ["fe10"], "0323": ["fe30", "fe40", "fe50"], "0423": ["fe30"]}
    rankings = {"0223": ["fe00", "fe10"], "0323": ["fe40"], "0423": ["fe30", "fe40"]}
    return judge_retrieval(rankings, ground_truth)


@pytest.fixture
def worked_retrieval() -> RetrievalJudgement:
    """Three queries: one listing a relevant image twice, right at rank 2, unanswered."""
    ground_truth = {"q1": ["a", "b", "c"], "q2": ["d"], "q3": ["e", "f"]}
    return judge_retrieval({"q1": ["a", "a", "x", "b"], "q2": ["y", "d"]}, ground_truth)


@pytest.fixture
def reference_recognition() -> RecognitionJudgement:
    """Five queries: unanswered, wrong, right, answered without showing a landmark, unanswered without one."""
    ground_truth = {"0123": [0, 12], "0223": [100, 200, 300], "0323": [1], "0423": [], "0523": []}
    labellings = {"0223": (0, 0.01), "0323": (1, 10.0), "0423": (150, 15.0)}
    return judge_recognition(labellings, ground_truth)


@pytest.fixture
def worked_recognition() -> RecognitionJudgement:
    """Four answers, one of them to a query without a landmark and two equally confident."""
    labellings = {"t1": (7, 0.9), "t3": (7, 0.7), "t2": (9, 0.5), "t4": (5, 0.5)}
    return judge_recognition(labellings, {"t1": [7], "t2": [7, 9], "t3": [], "t4": [3]})
