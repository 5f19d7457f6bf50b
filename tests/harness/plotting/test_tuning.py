from pathlib import Path
from typing import Any

from harness.plotting.figure import new_figure
from harness.plotting.tuning import _by_trial
from harness.solution.search_space import Span
from harness.tuning.study import Trial, TuningStudy
from metrics import metric


def test_a_failed_trial_lies_on_the_axis_under_its_number_and_has_no_score() -> None:
    study = TuningStudy("slope", {}, {"x": 0.9}, {"x": Span(0, 1)}, metric("map@100"), 0, Path("none"))
    trials = [Trial(number, f"(x=0.{number})", (0.2, 0.3 + number / 10), 1.0) for number in (0, 1, 3)]
    panel: Any = new_figure(4, 3).subplots()
    _by_trial(panel, study, trials, [2])
    lines = {line.get_label(): line for line in panel.get_lines()}
    failed = lines["failed, no score"]
    assert failed.get_xdata().tolist() == [2]
    assert failed.get_transform() == panel.get_xaxis_transform()
    assert list(lines["trial"].get_xdata()) == [0, 1, 3]
