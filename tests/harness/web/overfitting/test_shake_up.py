import numpy as np
import pytest

from harness.web.overfitting.shake_up import LEFT, ROW, WIDTH, ShakeUpView, shake_up_chart
from harness.web.rendering import PageLayout, render_template
from leaderboard.overfitting.shake_up import ShakeUp

SIMULATED = np.array(
    [[[0.9, 0.5], [0.9, 0.5]], [[0.9, 0.5], [0.4, 0.5]], [[0.9, 0.5], [0.9, 0.5]], [[0.9, 0.5], [0.8, 0.5]]]
)


def simulation(*names: str) -> ShakeUp:
    """Two entries, of which the second is best in one of four draws."""
    return ShakeUp(names, np.array([[0.9, 0.5], [0.4, 0.5]]), SIMULATED)


def test_the_opacity_of_a_cell_is_the_share_of_its_rank():
    chart = shake_up_chart(simulation("a", "b"))
    assert [strip.cells for strip in chart.strips] == [
        ((LEFT, 0.75, 1), (LEFT + WIDTH / 2, 0.25, 2)),
        ((LEFT, 0.25, 1), (LEFT + WIDTH / 2, 0.75, 2)),
    ]
    first, second = chart.strips
    assert (first.public, first.private) == (LEFT + WIDTH / 4, LEFT + 3 * WIDTH / 4)
    assert second.y - first.y == ROW


def test_many_ranks_have_few_ticks():
    names = tuple(f"n{i}" for i in range(40))
    scores = np.stack([np.linspace(1, 0, 40)] * 2)
    chart = shake_up_chart(ShakeUp(names, scores, scores[None]))
    assert [rank for _, rank in chart.ticks][:3] == [1, 4, 7]
    assert all(
        strip.cells == ((pytest.approx(LEFT + WIDTH / 40 * i, abs=0.01), 1.0, i + 1),)
        for i, strip in enumerate(chart.strips)
    )


def test_names_are_escaped(hostile_names):
    for name in hostile_names:
        other = f"{name} too"
        view = ShakeUpView(name, "mAP@100", 4, 2, simulation(name, other), {name: 1, other: 2}, [name], omitted=[name])
        values = {"view": view, "chart": shake_up_chart(view.simulation)}
        page = render_template("overfitting/_shake_up.html", PageLayout("t"), **values)
        assert "<script>alert" not in page
        assert "\x1b" not in page
