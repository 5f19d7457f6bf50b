"""Pages on how far a board can be trusted: what they show, and to whom."""

import re
from collections.abc import Callable

import pytest

from harness.web.permissions import Viewer
from harness.workspace import Workspace
from tests.harness.cli.test_commands import landmark
from tests.harness.comparing.test_shake_up import Board


@pytest.fixture
def made(opened: Workspace) -> Board:
    """The board of a competition called "c" in the workspace."""
    return Board(opened.database.parent, file=opened.database.name)


class Competitor(Viewer):
    """Sees public scores only."""

    def parts(self, competition: str) -> tuple[str, ...]:
        return ("public",)


class Blindfolded(Viewer):
    """Sees all scores, but not what was right."""

    def sees_truth(self, competition: str) -> bool:
        return False


def test_the_shake_up_shows_each_entry_and_what_finals_are_worth(made: Board, browse: Callable) -> None:
    better, worse, last = (
        made.enter(name, factor) for name, factor in (("better", 0.9), ("worse", 0.5), ("last", 0.1))
    )
    page = browse().get("/c/c/retrieval/shake-up")
    assert page.status_code == 200
    assert re.findall(r"<bdi>(better|worse|last)</bdi></a></th>", page.text) == ["better", "worse", "last"]
    assert "7 of 20" not in page.text
    assert "13 of 20 queries are public" in page.text
    mine = browse().get(f"/c/c/retrieval/shake-up?mine={worse.id}&mine={last.id}").text
    assert f'value="{worse.id}" checked' in mine
    assert f'value="{better.id}" checked' not in mine
    assert re.search(r"<td class=\"pair\"><bdi>worse</bdi> and <bdi>last</bdi>", mine)


def test_sets_of_parameters_are_rows_where_that_is_asked(made: Board, browse: Callable) -> None:
    for name, factor in (("a(x=1)", 0.9), ("a(x=2)", 0.8), ("b", 0.5)):
        made.enter(name, factor)
    by_solution, by_identity = (
        browse().get(f"/c/c/retrieval/shake-up?by={by}").text for by in ("solution", "identity")
    )
    assert "a(x=2)" not in by_solution
    assert "a(x=2)" in by_identity


@pytest.mark.parametrize("viewer", [Competitor(), Blindfolded()])
@pytest.mark.parametrize("page", ["shake-up", "probing"])
def test_who_may_not_see_private_scores_sees_neither_page(
    made: Board, browse: Callable, viewer: Viewer, page: str
) -> None:
    made.enter("a", 0.9)
    made.enter("b", 0.5)
    refused = browse(viewer_of=lambda _: viewer).get(f"/c/c/retrieval/{page}")
    assert refused.status_code == 404
    assert "0." not in re.sub(r"<head>.*</head>", "", refused.text, flags=re.DOTALL)


def test_a_new_entry_is_there_at_once(made: Board, browse: Callable) -> None:
    site = browse()
    made.enter("a", 0.9)
    made.enter("b", 0.5)
    assert "newcomer" not in site.get("/c/c/retrieval/shake-up").text
    made.enter("newcomer", 0.7)
    assert "newcomer" in site.get("/c/c/retrieval/shake-up").text


@pytest.mark.parametrize("query", ["mine=x", "mine=1;drop", "by=nonsense", "&".join(f"mine={i}" for i in range(300))])
def test_an_address_that_makes_no_sense_is_refused(made: Board, browse: Callable, query: str) -> None:
    made.enter("a", 0.9)
    made.enter("b", 0.5)
    assert browse().get(f"/c/c/retrieval/shake-up?{query}").status_code == 422


def test_one_entry_alone_is_told_in_one_line(made: Board, browse: Callable) -> None:
    made.enter("alone")
    page = browse().get("/c/c/retrieval/shake-up")
    assert page.status_code == 409
    assert "two entries for retrieval are needed" in page.text


def test_probing_is_shown_for_the_two_best_and_the_board_leads_there(
    competition_folder, workspace, opened: Workspace, browse: Callable
) -> None:
    landmark("run", "first_images", "hash", "--on", competition_folder, "--workspace", opened.folder)
    site = browse(competition_folder)
    (board,) = set(re.findall(r"/c/[^/\"]+/retrieval", site.get("/").text))
    shown = site.get(f"{board}/public").text
    assert {f"{board}/shake-up", f"{board}/probing"} <= set(re.findall(r'href="([^"]+)"', shown))
    page = site.get(f"{board}/probing")
    assert page.status_code == 200
    assert "mean of 20 attackers" in page.text
    assert "Ladder: told" in page.text


def test_floors_stand_beside_the_board_and_take_no_rank(made: Board, browse: Callable) -> None:
    floor, hash_ = made.enter("first_images", 0.9), made.enter("hash", 0.5)
    shown = browse().get("/c/c/retrieval/public").text
    ranked, _, beside = shown.partition("<h2>To compare with</h2>")
    assert ("first_images" in ranked.split("Pictures")[0], "hash" in ranked) == (False, True)
    assert f"entry #{floor.id}" in beside
    assert "CVSSP" in beside
    assert f'data-entry="{hash_.id}"' in ranked


def test_who_sees_public_scores_only_sees_no_others_of_a_floor(made: Board, browse: Callable) -> None:
    floor = made.enter("first_images", 0.9)
    made.enter("hash", 0.5)
    shown = browse(viewer_of=lambda _: Competitor()).get("/c/c/retrieval/public").text
    assert f"{floor.score('public'):.5g}" in shown
    assert f"{floor.score('private'):.5g}" not in shown
    assert "shake-up" not in shown


def test_hidden_entries_are_in_no_draw(made: Board, browse: Callable) -> None:
    made.enter("a", 0.9)
    made.enter("b", 0.5)
    secret = made.enter("secret", 0.7)
    site = browse()
    site.app.state.site.boards.hidden = lambda: frozenset([secret.id])
    assert "secret" not in site.get("/c/c/retrieval/shake-up").text
