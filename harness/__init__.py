"""All that a solution may know of the house; nothing is imported before it is used.

>>> from harness import Extractor, ImageSet, Ranking, Retrieval, TrainingData
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.data.extractor import Extractor as Extractor
    from harness.data.fitted import Fitted as Fitted
    from harness.data.fitted import fitted as fitted
    from harness.data.images import ImageSet as ImageSet
    from harness.data.ragged import Ragged as Ragged
    from harness.errors import HarnessError as HarnessError
    from harness.ladder import Step as Step
    from harness.pictures import new_figure as new_figure
    from harness.pictures import require_picture as require_picture
    from harness.pictures import save_picture as save_picture
    from harness.progress import track as track
    from harness.ranges import Among as Among
    from harness.ranges import Span as Span
    from harness.sharing import cores as cores
    from harness.solution import Recognition as Recognition
    from harness.solution import Retrieval as Retrieval
    from harness.solution import TrainingData as TrainingData
    from harness.submissions.submission import Labelling as Labelling
    from harness.submissions.submission import Ranking as Ranking

_HOMES = {
    "Among": "harness.ranges",
    "Extractor": "harness.data.extractor",
    "Fitted": "harness.data.fitted",
    "HarnessError": "harness.errors",
    "ImageSet": "harness.data.images",
    "Labelling": "harness.submissions.submission",
    "Ragged": "harness.data.ragged",
    "Ranking": "harness.submissions.submission",
    "Recognition": "harness.solution",
    "Retrieval": "harness.solution",
    "Span": "harness.ranges",
    "Step": "harness.ladder",
    "TrainingData": "harness.solution",
    "cores": "harness.sharing",
    "fitted": "harness.data.fitted",
    "new_figure": "harness.pictures",
    "require_picture": "harness.pictures",
    "save_picture": "harness.pictures",
    "track": "harness.progress",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
