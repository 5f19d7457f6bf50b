"""Tests of `harness.web.overfitting.routes`: the pages, their permissions and their links."""

import re
from collections.abc import Callable

import pytest

from harness.web.permissions import Permissions
from harness.workspace import Workspace
from tests.cli import run_command
from tests.factories.boards import ScoredBoard


@pytest.fixture
def board(open_workspace: Workspace) -> ScoredBoard:
    """The board of a competition called "c" in the workspace."""
    return ScoredBoard(open_workspace.database.parent, file=open_workspace.database.name)


class PublicOnly(Permissions):
    """Sees public scores only."""

    def parts(self, competition: str) -> tuple[str, ...]:
        return ("public",)


class WithoutTruth(Permissions):
    """Sees all scores, but not the ground truth."""

    def can_see_truth(self, competition: str) -> bool:
        return False


def test_the_shake_up_lists_entries_and_selections_of_finals(board: ScoredBoard, browse: Callable) -> None:
    better, worse, last = (
        board.add_entry(name, factor) for name, factor in (("better", 0.9), ("worse", 0.5), ("last", 0.1))
    )
    page = browse().get("/c/c/retrieval/shake-up")
    assert page.status_code == 200
    assert re.findall(r"<bdi>(better|worse|last)</bdi></a></th>", page.text) == ["better", "worse", "last"]
    assert "7 of 20" not in page.text
    assert "13 of 20 queries are public" in page.text
    mine = browse().get(f"/c/c/retrieval/shake-up?mine={worse.id}&mine={last.id}").text
    assert f'value="{worse.id}" checked' in mine
    assert f'value="{better.id}" checked' not in mine
    assert re.search(r"<td class=\"pair\" data-label=\"entries\"><bdi>worse</bdi> and <bdi>last</bdi>", mine)


def test_rows_can_be_grouped_by_parameter_set(board: ScoredBoard, browse: Callable) -> None:
    for name, factor in (("a(x=1)", 0.9), ("a(x=2)", 0.8), ("b", 0.5)):
        board.add_entry(name, factor)
    by_solution, by_identity = (
        browse().get(f"/c/c/retrieval/shake-up?by={by}").text for by in ("solution", "identity")
    )
    assert "a(x=2)" not in by_solution
    assert "a(x=2)" in by_identity


@pytest.mark.parametrize("viewer", [PublicOnly(), WithoutTruth()])
@pytest.mark.parametrize("page", ["shake-up", "probing"])
def test_both_pages_need_permission_to_see_private_scores(
    board: ScoredBoard, browse: Callable, viewer: Permissions, page: str
) -> None:
    board.add_entry("a", 0.9)
    board.add_entry("b", 0.5)
    response = browse(permissions_of=lambda _: viewer).get(f"/c/c/retrieval/{page}")
    assert response.status_code == 404
    assert "0." not in re.sub(r"<head>.*</head>", "", response.text, flags=re.DOTALL)


def test_a_new_entry_is_simulated_at_once(board: ScoredBoard, browse: Callable) -> None:
    site = browse()
    board.add_entry("a", 0.9)
    board.add_entry("b", 0.5)
    assert "newcomer" not in site.get("/c/c/retrieval/shake-up").text
    board.add_entry("newcomer", 0.7)
    assert "newcomer" in site.get("/c/c/retrieval/shake-up").text


@pytest.mark.parametrize("query", ["mine=x", "mine=1;drop", "by=nonsense", "&".join(f"mine={i}" for i in range(300))])
def test_invalid_query_strings_are_refused(board: ScoredBoard, browse: Callable, query: str) -> None:
    board.add_entry("a", 0.9)
    board.add_entry("b", 0.5)
    assert browse().get(f"/c/c/retrieval/shake-up?{query}").status_code == 422


def test_a_single_entry_is_an_error_of_one_line(board: ScoredBoard, browse: Callable) -> None:
    board.add_entry("alone")
    page = browse().get("/c/c/retrieval/shake-up")
    assert page.status_code == 409
    assert "Two entries" in page.text or "two entries" in page.text


def test_the_probing_of_the_two_best_entries_of_a_board(
    competition_folder, workspace, open_workspace: Workspace, browse: Callable
) -> None:
    run_command("run", "first_images", "hash", "--on", competition_folder, "--workspace", open_workspace.folder)
    site = browse(competition_folder)
    (board,) = set(re.findall(r"/c/[^/\"]+/retrieval", site.get("/").text))
    text = site.get(f"{board}/public").text
    assert f"{board}/shake-up" in re.findall(r'href="([^"]+)"', text)
    page = site.get(f"{board}/probing")
    assert page.status_code == 200
    assert "mean of 20 attackers" in page.text
    assert "Ladder: reported" in page.text


def test_baselines_are_references_without_a_rank(board: ScoredBoard, browse: Callable) -> None:
    baseline, hash_ = board.add_entry("first_images", 0.9), board.add_entry("hash", 0.5)
    text = browse().get("/c/c/retrieval/public").text
    ranked, _, references = text.partition("<h2>Reference scores")
    assert ("first_images" in ranked.split("Charts")[0], "hash" in ranked) == (False, True)
    assert f"entry #{baseline.id}" in references
    assert "CVSSP" in references
    assert f'data-entry="{hash_.id}"' in ranked


def test_private_scores_of_baselines_need_permission(board: ScoredBoard, browse: Callable) -> None:
    baseline = board.add_entry("first_images", 0.9)
    board.add_entry("hash", 0.5)
    text = browse(permissions_of=lambda _: PublicOnly()).get("/c/c/retrieval/public").text
    assert f"{baseline.score('public'):.4f}" in text
    assert f"{baseline.score('private'):.4f}" not in text
    assert "shake-up" not in text


def test_hidden_entries_are_not_simulated(board: ScoredBoard, browse: Callable) -> None:
    board.add_entry("a", 0.9)
    board.add_entry("b", 0.5)
    secret = board.add_entry("secret", 0.7)
    site = browse()
    site.app.state.site.boards.hidden = lambda: frozenset([secret.id])
    assert "secret" not in site.get("/c/c/retrieval/shake-up").text
