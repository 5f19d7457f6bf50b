"""A page on how a board would move if its queries had been dealt otherwise: a strip of ranks for each entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.web.rendering import Frame, page
from leaderboard.order import Group
from leaderboard.overfitting.shake_up import Finals, ShakeUp

LEFT, WIDTH, ROW, TOP, BOTTOM = 190, 480, 24, 8, 44  # of the picture; names stand in the first LEFT units
LETTERS = 26  # of a name beside its strip
LEAST = 0.005  # shares below are not drawn
EVERY = 16  # at most so many ranks are written below


@dataclass(frozen=True)
class Strip:
    """A row of the picture: where its name stands, and a cell (x, share of the draws, rank) for each private rank."""

    name: str
    y: int
    cells: tuple[tuple[float, float, int], ...]
    public: float
    private: float
    says: str


@dataclass(frozen=True)
class Picture:
    """Strips one above the other over an axis of private ranks."""

    strips: tuple[Strip, ...]
    cell: float
    marks: tuple[tuple[float, int], ...]

    left, right, row = LEFT, LEFT + WIDTH, ROW

    @property
    def bottom(self) -> int:
        """Where the strips end."""
        return TOP + ROW * len(self.strips)

    @property
    def box(self) -> str:
        """What is seen of the picture."""
        return f"0 0 {LEFT + WIDTH + 8} {self.bottom + BOTTOM}"


@dataclass(frozen=True)
class Row:
    """An entry: its number and name, whether the reader calls it his, what it has now, and what in other draws."""

    entry: int
    name: str
    mine: bool
    public: float
    private: float
    rank: int
    private_rank: int
    wins: float
    range_: tuple[int, int]
    move: tuple[int, int]


@dataclass(frozen=True)
class Told:
    """What the page tells: of which competition and metric, of how many queries, and of whose entries finals are.

    `by` is "solution" where each has its best entry, "identity" where each set of parameters has.
    """

    title: str
    metric: str
    queries: int
    public: int
    shake: ShakeUp
    entries: Mapping[str, int]  # identity -> number
    mine: Sequence[str]
    by: Group = "solution"
    left_out: Sequence[str] = ()


def shake_up_page(frame: Frame, told: Told) -> str:
    """The page."""
    shake, mine = told.shake, told.mine or None
    best, usual = shake.pairs(mine)[0], shake.two_best_public(mine)
    finals: list[tuple[str, Finals]] = [("the two that hold the best most often", best)]
    if usual.names != best.names:
        finals.append(("the two best public ones", usual))
    finals.append(("whichever two are the best public ones of a draw", shake.by_public(mine)))
    rows = [_row(told, place) for place in range(len(shake.names))]
    return page("shake_up.html", frame, told=told, picture=strips(shake), rows=rows, finals=finals)


def _row(told: Told, place: int) -> Row:
    shake, name = told.shake, told.shake.names[place]
    (public, private), (rank, private_rank) = shake.scores[:, place].tolist(), shake.ranks[:, place].tolist()
    wins = float(shake.shares[place, 0])
    drawn = wins, shake.range_of(place), shake.move_of(place)
    return Row(told.entries[name], name, name in told.mine, public, private, rank, private_rank, *drawn)


def strips(shake: ShakeUp) -> Picture:
    """The picture of a shake-up, the entries in the order of the board."""
    n = len(shake.names)
    cell = WIDTH / n
    at = [round(LEFT + cell * place, 2) for place in range(n)]
    public, private = shake.ranks
    rows = []
    for place, name in enumerate(shake.names):
        shares = shake.shares[place]
        cells = tuple(
            (at[rank], round(float(share), 3), rank + 1) for rank, share in enumerate(shares) if share >= LEAST
        )
        low, high = shake.range_of(place)
        says = (
            f"{name}: private rank {low} to {high} in 90 of 100 draws" if low != high else f"{name}: private rank {low}"
        )
        was, became = (round(at[rank - 1] + cell / 2, 2) for rank in (public[place], private[place]))
        rows.append(Strip(name, TOP + ROW * place, cells, was, became, says))
    step = -(-n // EVERY)
    marks = tuple((round(at[rank - 1] + cell / 2, 2), rank) for rank in range(1, n + 1) if (rank - 1) % step == 0)
    return Picture(tuple(rows), round(cell, 2), marks)
