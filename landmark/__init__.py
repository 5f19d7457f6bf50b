"""Run, score, rank and compare solutions for image retrieval and recognition from Python.

>>> from tempfile import TemporaryDirectory
>>> import landmark
>>> with TemporaryDirectory() as folder:
...     demo = landmark.make_competition(f"{folder}/demo", f"{folder}/workspace", landmarks=1)
...     runs = demo.run("hash(kind='dct')")
>>> runs.table.loc[0, ["solution", "status"]].tolist()
["hash(kind='dct')", 'scored']
"""

from importlib import import_module
from typing import TYPE_CHECKING

from landmark.shadowing import load_own_packages, require_own_packages

if TYPE_CHECKING:
    from harness.api.answers import AnswerView as AnswerView
    from harness.api.boards import LeaderboardView as LeaderboardView
    from harness.api.boards import RunsView as RunsView
    from harness.api.comparisons import ComparisonView as ComparisonView
    from harness.api.competitions import OpenCompetition as OpenCompetition
    from harness.api.descriptors import ImageDescriptors as ImageDescriptors
    from harness.api.metric_functions import MetricFunction as MetricFunction
    from harness.api.metric_functions import metric as metric
    from harness.api.metric_functions import metrics as metrics
    from harness.api.one_line_errors import Error as Error
    from harness.api.opening import import_folders as import_folders
    from harness.api.opening import make_competition as make_competition
    from harness.api.opening import open_competition as open_competition
    from harness.api.opening import solutions as solutions
    from harness.api.submission_files import ScoresView as ScoresView
    from harness.api.submission_files import ValidationView as ValidationView
    from harness.api.submission_files import WrittenSubmission as WrittenSubmission
    from harness.api.tunings import TuningView as TuningView
    from harness.api.what_ifs import WhatIfView as WhatIfView
    from tools.hash_table.table import hashes as hashes

_HOMES = {
    "AnswerView": "answers:AnswerView",
    "ComparisonView": "comparisons:ComparisonView",
    "Error": "one_line_errors:Error",
    "ImageDescriptors": "descriptors:ImageDescriptors",
    "LeaderboardView": "boards:LeaderboardView",
    "MetricFunction": "metric_functions:MetricFunction",
    "OpenCompetition": "competitions:OpenCompetition",
    "RunsView": "boards:RunsView",
    "ScoresView": "submission_files:ScoresView",
    "TuningView": "tunings:TuningView",
    "ValidationView": "submission_files:ValidationView",
    "WhatIfView": "what_ifs:WhatIfView",
    "WrittenSubmission": "submission_files:WrittenSubmission",
    "hashes": "tools.hash_table.table:hashes",
    "import_folders": "opening:import_folders",
    "make_competition": "opening:make_competition",
    "metric": "metric_functions:metric",
    "metrics": "metric_functions:metrics",
    "open_competition": "opening:open_competition",
    "solutions": "opening:solutions",
}
__all__ = list(_HOMES)

require_own_packages()


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'landmark' has no attribute {name!r}")
    load_own_packages()
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module if "." in module else f"harness.api.{module}"), attribute)


def __dir__() -> list[str]:
    return __all__
