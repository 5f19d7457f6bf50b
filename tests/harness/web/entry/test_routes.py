"""Tests of `harness.web.entry.routes`, `harness.web.shared.entry_tables` and `harness.web.data.slices`."""

from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.testclient import TestClient

from harness.web.permissions import Permissions
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


def test_an_entry_shows_scores_parameters_and_its_command(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("hash(kind='dct', threshold=10)", right=0.5)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    assert f"{entry.scores['private']['map@100']:.5f}" in text
    assert "threshold" in text
    assert "&#39;dct&#39;" in text
    command = f"landmark run &#39;hash(kind=&#39;&#34;&#39;&#34;&#39;dct&#39;&#34;&#39;&#34;&#39;, threshold=10)&#39; --on {factory.competition.folder}"
    assert command in text


def test_the_device_is_shown(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("hash", right=0.5)
    assert "<bdi>cpu</bdi>, 2 versions" in browse(factory.competition.folder).get(f"/e/{entry.id}").text


def test_differences_from_another_entry_are_marked(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("hash(kind='dct', a=1)", right=0.5)
    other = factory.add_ranking("hash(kind='dct', a=2)", right=0.8)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}?against={other.id}").text
    parameters = text.partition('aria-label="parameter"')[2].partition("</table>")[0]
    assert parameters.count('class="differs"') == 1
    assert f"{other.scores['public']['map@100']:.5f}" in text
    assert "Same code and library versions" in text


def test_subsets_without_data_are_left_out(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.4)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    slices = text.partition("<h2>Scores on subsets")[2].partition("</table>")[0]
    assert "public" in slices
    assert f"{entry.scores['public']['map@100']:.5f}" in slices
    assert "photo orientation" not in slices


def test_rotated_photos_are_a_subset(factory: EntryFactory, browse: Browse) -> None:
    from PIL import Image

    from tests.factories.competitions import image_path

    path = image_path(factory.competition.folder, "test", factory.competition.queries.ids[0])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    entry = factory.add_ranking("some", right=0.4)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    orientation = text.partition("photo orientation")[2]
    assert '<th scope="row">rotated</th><td class="number">1</td>' in orientation


def test_the_submission_can_be_downloaded(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.5)
    answer = browse(factory.competition.folder).get(f"/e/{entry.id}/submission.csv")
    assert answer.content == Path(entry.submission or "").read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="entry-{entry.id}-submission.csv"'


def test_files_are_found_in_a_moved_workspace(factory: EntryFactory, browse: Browse) -> None:
    from dataclasses import replace

    entry = factory.add_ranking("some", right=0.5)
    path = Path(entry.submission or "")
    moved = factory.store.add(replace(entry, id=None, submission=f"/elsewhere/runs/x/{path.parent.name}/{path.name}"))
    assert browse(factory.competition.folder).get(f"/e/{moved.id}/submission.csv").status_code == 200


def test_a_failed_run_shows_the_end_of_its_log(factory: EntryFactory, browse: Browse) -> None:
    log = "\n".join([f"line {number}" for number in range(5000)] + ["<img src=x onerror=alert(1)>", "\x1b[31mred"])
    entry = factory.add_failed("broken", "ValueError: it broke", log)
    text = browse(factory.competition.folder).get(f"/e/{entry.id}").text
    assert "ValueError: it broke" in text
    assert "<details open>" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "line 4999" in text
    assert "line 100\n" not in text
    assert "\x1b" not in text


def test_teams_do_not_see_the_path_of_the_competition(factory: EntryFactory, browse: Browse) -> None:
    class Team(Permissions):
        user_name = "team"

    def team(_request: Request) -> Permissions:
        return Team()

    entry = factory.add_ranking("some", right=0.5)
    text = browse(factory.competition.folder, permissions_of=team).get(f"/e/{entry.id}").text
    assert str(factory.competition.folder) not in text
    assert f"--on {factory.competition.name}" in text


def test_a_log_or_a_submission_that_leads_out_of_the_workspace_is_not_served(
    factory: EntryFactory, browse: Browse, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("id,images\nsecret,secret\n")
    entry = factory.add_ranking("one", right=0.5)
    folder = factory.workspace.run_folder(factory.competition.key, "run-1")
    for name in ("log.txt", "submission.csv"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "secret")
    client = browse(factory.competition.folder)
    assert "secret" not in client.get(f"/e/{entry.id}").text
    assert client.get(f"/e/{entry.id}/submission.csv").status_code == 404
