import pytest

from harness.running.measured_stages import measured_stages
from harness.supervision.process_end import ProcessEnd
from leaderboard import Stage
from leaderboard.entry import total_cost

STAGES = (Stage("load", 1.0, 1.0, 100.0), Stage("fit", 2.0, 4.0, 300.0))


def end(wall_s: float, cpu_s: float, peak_mb: float = 300.0) -> ProcessEnd:
    return ProcessEnd(0, wall_s=wall_s, cpu_s=cpu_s, peak_mb=peak_mb)


@pytest.mark.parametrize("measured", [end(3.0, 5.0), end(3.4, 5.4, 350.0), end(2.9, 4.6, 200.0), ProcessEnd(0)])
def test_costs_that_agree_with_the_measurement_stay(measured: ProcessEnd) -> None:
    assert measured_stages(STAGES, measured) == STAGES


@pytest.mark.parametrize("measured", [end(30.0, 5.0), end(3.0, 50.0), end(3.0, 5.0, 3000.0)])
def test_what_was_measured_beyond_them_is_a_stage(measured: ProcessEnd) -> None:
    stages = measured_stages(STAGES, measured)
    assert stages[:2] == STAGES
    assert stages[2].name == "other"
    assert total_cost(stages) == (measured.wall_s, measured.cpu_s, measured.peak_mb)


@pytest.mark.parametrize(
    "stages",
    [(), (Stage("fit", 1e9, 0.0, 0.0),), (*STAGES, STAGES[0]), (Stage("nothing", 3.0, 5.0, 300.0),)],
    ids=["none", "too much", "twice", "unknown"],
)
def test_impossible_costs_are_replaced_by_the_measurement(stages: tuple[Stage, ...]) -> None:
    assert total_cost(measured_stages(stages, end(3.0, 5.0))) == (3.0, 5.0, 300.0)
