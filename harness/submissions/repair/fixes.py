"""Answers of a submission put right: what can be read in only one way is written in the usual one."""

from __future__ import annotations

import math

import numpy as np

from harness.data.tables.blocks import Column
from harness.data.tables.string_column import Words
from harness.submissions.answer import LENGTH
from harness.submissions.validation.inspection import without_last_blank
from harness.submissions.validation.parse_labels import CONFIDENCE, LANDMARK, WHOLE
from harness.submissions.validation.reference_ids import Known


def mended_lists(cells: Column, ids: list[str], known: Known) -> list[str]:
    """Return each list without empty entries, repeats, the query itself and what is not in the index, and cut it.

    As a run does, a list is cut when all that cannot count is gone.
    """
    lists = without_last_blank(cells).packed()
    kept = _kept(lists, ids, known)
    texts, before = lists.whole().texts(), np.r_[0, np.cumsum(kept)]
    words = lists.words[kept].texts()
    begins, stops = before[lists.begins], before[lists.stops]
    for row in np.flatnonzero(stops - begins < lists.counts).tolist():
        texts[row] = " ".join(words[begins[row] : stops[row]])
    return texts


def _kept(lists: Column, ids: list[str], known: Known) -> np.ndarray:
    """Return a mask of the words that stay `(words,)`."""
    kept = (lists.words.lengths > 0) & ~lists.repeats()
    if known.n_index is not None:
        numbers = known.images.find(lists.words)
        own = np.repeat(known.images.find(Words.of(ids)), lists.counts)
        kept &= (numbers >= 0) & (numbers < known.n_index) & (numbers != own)
    before = np.r_[0, np.cumsum(kept)]
    kept &= before[1:] - np.repeat(before[lists.begins], lists.counts) <= LENGTH
    return np.asarray(kept)


def mended_labels(cells: Column, known: Known) -> list[str]:
    """Return each answer as a landmark, one blank, and a confidence, where it is clear what they are.

    A landmark that no train image shows is no answer.
    """
    landmarks = None if known.landmarks is None else set(known.landmarks.tolist())
    return [_mended_label(cell.rstrip(" "), landmarks) for cell in cells.whole().texts()]


def _mended_label(cell: str, known: set[int] | None) -> str:
    words = [word for word in cell.split(" ") if word]
    if len(words) != 2:
        return cell if words else ""
    try:
        landmark = int(words[0].partition(".")[0] if WHOLE.fullmatch(words[0]) else words[0])
        confidence = float(words[1])
    except ValueError:
        return cell
    if not -(2**63) <= landmark < 2**63 or not math.isfinite(confidence):
        return cell
    if known is not None and landmark not in known:
        return ""
    first = words[0] if LANDMARK.fullmatch(words[0]) else str(landmark)
    second = words[1] if CONFIDENCE.fullmatch(words[1]) else repr(confidence)
    return f"{first} {second}"
