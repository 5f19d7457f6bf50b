"""The landmarks that an entry answers with: the predicted one, or those of the first images of a ranking."""

import numpy as np

from harness.web.data.answer_index import SubmissionIndex
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.data.query_truth import QueryTruth
from metrics import Task

TOP = 10  # ranks of a ranking that are looked at
NONE = -1  # in the place of a landmark: no answer, or an image of no known landmark


def answered_landmarks(
    task: Task, submission: SubmissionIndex, truth: QueryTruth, landmarks: QueryLandmarks
) -> np.ndarray:
    """Return the landmarks of each query's first answers `(n_queries, TOP)`, or of its one label `(n_queries, 1)`."""
    if task == "recognition":
        return predicted_landmarks(submission)[:, None]
    images = truth.ground_truth.images
    tokens, rows, ranks = submission.first_tokens(TOP, int(images.strings().lengths.max(initial=1)))
    answered = np.full((len(submission.spans), TOP), NONE, np.int64)
    answered[rows, ranks] = np.append(image_landmarks(truth, landmarks), NONE)[images.find(tokens)]
    return answered


def predicted_landmarks(submission: SubmissionIndex) -> np.ndarray:
    """Return the landmark that a recognition predicts for each query `(n_queries,)`."""
    tokens, rows, _ = submission.first_tokens(1, 20)
    predicted = np.full(len(submission.spans), NONE, np.int64)
    predicted[rows] = [parse_landmark(token) for token in tokens.texts()]
    return predicted


def image_landmarks(truth: QueryTruth, landmarks: QueryLandmarks) -> np.ndarray:
    """Return the landmark of each image of a retrieval ground truth: that of a query which it is relevant to."""
    of_query = np.full(len(truth.query_ids), NONE, np.int64)
    of_query[landmarks.rows] = landmarks.ids[landmarks.codes]
    images, queries = truth.relevant_pairs
    result = np.full(len(truth.ground_truth.images), NONE, np.int64)
    result[images] = of_query[queries]
    return result


def wrong_landmarks(answered: np.ndarray, landmarks: QueryLandmarks) -> np.ndarray:
    """Return the answered landmarks with `NONE` in the place of those that the query shows."""
    return np.where(landmarks.are_correct(answered), NONE, answered)


def parse_landmark(token: str) -> int:
    """Return the landmark that a token of a submission names; `NONE` if it is no number."""
    return int(token) if token.isdecimal() and token.isascii() and len(token) < 19 else NONE
