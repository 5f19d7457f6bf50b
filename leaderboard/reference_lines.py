"""Reference scores as lines for the terminal."""

from collections.abc import Sequence
from itertools import groupby

from leaderboard.references import ReferenceRow
from leaderboard.safe_text import shorten

OTHERS = "other photographs, so these are not comparable with scores on this competition's"


def reference_lines(rows: Sequence[ReferenceRow]) -> list[str]:
    r"""The rows as lines for the terminal, grouped under the photographs on which they were measured.

    >>> from leaderboard.references import published_references, reference_rows
    >>> print("\n".join(reference_lines(reference_rows(published_references("map@100")))[:4]))
    on other photographs, so these are not comparable with scores on this competition's
      Google Landmarks v1 (2018)
        public 0.627                        1st, CVSSP & Visual Atoms (the team's post on Kaggle)
        public 0.591      private 0.576     6th, VRG Prague (the team's post on Kaggle)
    """
    lines = []
    for same, group in groupby(rows, key=lambda row: row.same):
        lines.append("on this competition's own photographs" if same else f"on {OTHERS}")
        for of, own_rows in groupby(group, key=lambda row: row.of):
            lines += [f"  {shorten(of)}", *map(_line, own_rows)]
    return lines


def _line(row: ReferenceRow) -> str:
    scores = {"public": row.score_public, "private": row.score_private} | ({"all": row.score_all} if row.same else {})
    cells = ["" if score is None else f"{part} {round(score, 5):g}" for part, score in scores.items()]
    return f"    {''.join(f'{cell:<17} ' for cell in cells)}{shorten(row.name)} ({shorten(row.source)})"
