import numpy as np

from tools.data_page.charts import BarTable, rank_chart, scatter_chart


def test_one_landmark_and_one_size_can_be_drawn() -> None:
    ranks = rank_chart(np.array([1]), np.array([3]), "rank", "images", "label")
    assert len(ranks.line.split()) == len(ranks.discs) == 1
    assert len(scatter_chart(np.array([400]), np.array([300]), "width", "height", "label").discs) == 1


def test_a_disc_represents_all_images_of_its_size_and_is_inside_the_chart() -> None:
    widths, heights = np.array([400] * 9 + [4000, 10]), np.array([300] * 9 + [10, 3000])
    chart = scatter_chart(widths, heights, "width", "height", "label")
    assert [round(radius, 1) for *_, radius in chart.discs] == [9.0, 3.0, 3.0]
    for x, y, _ in chart.discs:
        assert chart.area.x_min <= x <= chart.area.x_max
        assert chart.area.y_min <= y <= chart.area.y_max


def test_axes_have_ticks_in_the_range_of_the_values() -> None:
    for high in (1, 1.3, 2, 7, 99, 12345, 4e6):
        chart = rank_chart(np.array([1, high]), np.array([high, 1]), "rank", "images", "label")
        assert chart.x.ticks(), high
        assert all(chart.area.x_min <= place <= chart.area.x_max for place, _ in chart.x.ticks())


def test_a_bar_is_as_long_as_its_share_of_the_largest() -> None:
    first, second = BarTable.of(("kind", "images", "share"), [("a", 4), ("b", 1)], 8).bars
    assert (first.width, first.share) == (100, 0.5)
    assert (second.width, second.share) == (25, 0.125)
