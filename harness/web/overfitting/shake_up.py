"""View data of the shake-up analysis: the distribution of private ranks over random public/private splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderboard.order import Group
from leaderboard.overfitting.shake_up import FinalSelection, ShakeUp

LEFT, WIDTH, ROW, TOP, BOTTOM = 236, 480, 24, 8, 44  # of the chart, in SVG units; names stand left of LEFT
MIN_SHARE = 0.005  # smaller shares are not drawn
MAX_TICKS = 16  # of the rank axis


@dataclass(frozen=True)
class RankStrip:
    """A row of the chart: a cell (x, share of the draws, rank) for each private rank, and the current ranks."""

    name: str
    y: int
    cells: tuple[tuple[float, float, int], ...]
    public: float
    private: float
    title: str


@dataclass(frozen=True)
class ShakeUpChart:
    """One strip per entry over an axis of private ranks."""

    strips: tuple[RankStrip, ...]
    cell_width: float
    ticks: tuple[tuple[float, int], ...]

    left, right, row_height = LEFT, LEFT + WIDTH, ROW

    @property
    def bottom(self) -> int:
        """Lower edge of the strips."""
        return TOP + ROW * len(self.strips)

    @property
    def view_box(self) -> str:
        """The viewBox attribute."""
        return f"0 0 {LEFT + WIDTH + 8} {self.bottom + BOTTOM}"


@dataclass(frozen=True)
class ShakeUpRow:
    """An entry: whether it is one of `?mine=`, its current scores and ranks, and their distribution over the draws."""

    entry: int
    name: str
    mine: bool
    public: float
    private: float
    rank: int
    private_rank: int
    p_best: float
    rank_interval: tuple[int, int]
    move_interval: tuple[int, int]


@dataclass(frozen=True)
class ShakeUpView:
    """A simulation with its metric and queries; finals are selected among `mine`, or among all entries.

    `by` is "solution" for the best entry of each solution, "identity" for that of each parameter set.
    """

    title: str
    metric: str
    n_queries: int
    n_public: int
    simulation: ShakeUp
    entries: Mapping[str, int]  # identity -> number
    mine: Sequence[str]
    by: Group = "solution"
    omitted: Sequence[str] = ()
    probing: str = ""  # address of the probing simulation

    def finals(self) -> list[tuple[str, FinalSelection]]:
        """Return strategies for selecting two finals, with their results."""
        mine = self.mine or None
        best, usual = self.simulation.pairs(mine)[0], self.simulation.two_best_public(mine)
        selections = [("best pair in hindsight", best)]
        if usual.names != best.names:
            selections.append(("two best public entries", usual))
        selections.append(("two best public entries of each draw", self.simulation.best_public_of_each_draw(mine)))
        return selections

    def rows(self) -> list[ShakeUpRow]:
        """Return the rows of the table, in the order of the board."""
        return [self._row(number) for number in range(len(self.simulation.names))]

    def _row(self, number: int) -> ShakeUpRow:
        simulation, name = self.simulation, self.simulation.names[number]
        (public, private), (rank, private_rank) = simulation.scores[:, number], simulation.ranks[:, number].tolist()
        intervals = simulation.rank_interval(number), simulation.move_interval(number)
        p_best = float(simulation.rank_shares[number, 0])
        is_mine = name in self.mine
        return ShakeUpRow(self.entries[name], name, is_mine, public, private, rank, private_rank, p_best, *intervals)


def shake_up_chart(simulation: ShakeUp) -> ShakeUpChart:
    """Draw the private ranks of all entries, in the order of the board."""
    n = len(simulation.names)
    cell_width = WIDTH / n
    left_edges = [round(LEFT + cell_width * rank, 2) for rank in range(n)]
    centres = [round(edge + cell_width / 2, 2) for edge in left_edges]
    public, private = simulation.ranks
    strips = tuple(
        RankStrip(
            name,
            TOP + ROW * number,
            _cells(simulation.rank_shares[number].tolist(), left_edges),
            centres[public[number] - 1],
            centres[private[number] - 1],
            _strip_title(name, simulation.rank_interval(number)),
        )
        for number, name in enumerate(simulation.names)
    )
    step = -(-n // MAX_TICKS)
    return ShakeUpChart(strips, round(cell_width, 2), tuple((centres[rank], rank + 1) for rank in range(0, n, step)))


def _cells(shares: Sequence[float], left_edges: Sequence[float]) -> tuple[tuple[float, float, int], ...]:
    return tuple(
        (left_edges[rank], round(share, 3), rank + 1) for rank, share in enumerate(shares) if share >= MIN_SHARE
    )


def _strip_title(name: str, interval: tuple[int, int]) -> str:
    low, high = interval
    return f"{name}: private rank {low}" + (f" to {high}, 90 % interval" if low != high else "")
