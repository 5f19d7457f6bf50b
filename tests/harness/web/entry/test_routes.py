from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.testclient import TestClient

from harness.web.permissions import Viewer
from tests.factories.entries import Entered

Browse = Callable[..., TestClient]


def test_an_entry_tells_scores_costs_and_how_to_run_it_again(entered: Entered, browse: Browse) -> None:
    entry = entered.ranking("hash(kind='dct', threshold=10)", right=0.5)
    text = browse(entered.competition.folder).get(f"/e/{entry.id}").text
    assert f"{entry.scores['private']['map@100']:.5f}" in text
    assert "threshold" in text
    assert "&#39;dct&#39;" in text
    command = f"landmark run &#39;hash(kind=&#39;&#34;&#39;&#34;&#39;dct&#39;&#34;&#39;&#34;&#39;, threshold=10)&#39; --on {entered.competition.folder}"
    assert command in text


def test_beside_another_entry_what_differs_is_marked(entered: Entered, browse: Browse) -> None:
    entry = entered.ranking("hash(kind='dct', a=1)", right=0.5)
    other = entered.ranking("hash(kind='dct', a=2)", right=0.8)
    text = browse(entered.competition.folder).get(f"/e/{entry.id}?against={other.id}").text
    parameters = text.partition('aria-label="parameter"')[2].partition("</table>")[0]
    assert parameters.count('class="differs"') == 1
    assert f"{other.scores['public']['map@100']:.5f}" in text
    assert "The same code and libraries" in text


def test_scores_on_slices_follow_what_the_data_tell(entered: Entered, browse: Browse) -> None:
    entry = entered.ranking("some", right=0.4)
    text = browse(entered.competition.folder).get(f"/e/{entry.id}").text
    slices = text.partition("<h2>Slices")[2].partition("</table>")[0]
    assert "public" in slices
    assert f"{entry.scores['public']['map@100']:.5f}" in slices
    assert "how the photograph was held" not in slices


def test_turned_photographs_are_a_slice_of_their_own(entered: Entered, browse: Browse) -> None:
    from PIL import Image

    from tests.factories.competitions import image_path

    path = image_path(entered.competition.folder, "test", entered.competition.queries.ids[0])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    entry = entered.ranking("some", right=0.4)
    text = browse(entered.competition.folder).get(f"/e/{entry.id}").text
    held = text.partition("how the photograph was held")[2]
    assert '<th scope="row">turned</th><td class="number">1</td>' in held


def test_the_file_that_was_scored_can_be_had(entered: Entered, browse: Browse) -> None:
    entry = entered.ranking("some", right=0.5)
    answer = browse(entered.competition.folder).get(f"/e/{entry.id}/submission.csv")
    assert answer.content == Path(entry.submission or "").read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="entry-{entry.id}-submission.csv"'


def test_files_are_found_where_the_workspace_has_been_moved_to(entered: Entered, browse: Browse) -> None:
    from dataclasses import replace

    entry = entered.ranking("some", right=0.5)
    path = Path(entry.submission or "")
    moved = entered.store.add(replace(entry, id=None, submission=f"/elsewhere/runs/x/{path.parent.name}/{path.name}"))
    assert browse(entered.competition.folder).get(f"/e/{moved.id}/submission.csv").status_code == 200


def test_a_failed_run_shows_the_end_of_its_log(entered: Entered, browse: Browse) -> None:
    log = "\n".join([f"line {number}" for number in range(5000)] + ["<img src=x onerror=alert(1)>", "\x1b[31mred"])
    entry = entered.failed("broken", "ValueError: it broke", log)
    text = browse(entered.competition.folder).get(f"/e/{entry.id}").text
    assert "ValueError: it broke" in text
    assert "<details open>" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "line 4999" in text
    assert "line 100\n" not in text
    assert "\x1b" not in text


def test_others_are_not_told_where_the_competition_lies(entered: Entered, browse: Browse) -> None:
    class Team(Viewer):
        name = "team"

    def team(_request: Request) -> Viewer:
        return Team()

    entry = entered.ranking("some", right=0.5)
    text = browse(entered.competition.folder, viewer_of=team).get(f"/e/{entry.id}").text
    assert str(entered.competition.folder) not in text
    assert f"--on {entered.competition.name}" in text
