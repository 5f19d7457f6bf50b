import os
from pathlib import Path

from harness.running.run_folder import CHUNKS, LOG, create_log, remove_all, restore_log


def test_all_but_usual_files_with_certain_names_is_removed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "run"
    folder.mkdir()
    outside.write_text("of others")
    for name in ("kept", "other", ".hidden"):
        (folder / name).write_text(name)
    (folder / "link").symlink_to(outside)
    (folder / "broken").symlink_to(tmp_path / "missing")
    (folder / "to_folder").symlink_to(tmp_path)
    os.link(outside, folder / "hard")
    os.mkfifo(folder / "pipe")
    (folder / "folder" / "deep").mkdir(parents=True)
    (folder / CHUNKS).mkdir()
    remove_all(folder, but=frozenset({"kept", "link", "hard", "pipe", "folder", "broken", "to_folder", CHUNKS}))
    assert sorted(os.listdir(folder)) == [CHUNKS, "kept"]
    assert outside.read_text() == "of others"


def test_the_log_is_put_back_in_its_place(tmp_path: Path) -> None:
    def removed(path: Path) -> None:
        path.unlink()

    def linked(path: Path) -> None:
        path.unlink()
        path.symlink_to(tmp_path / "other")

    def replaced(path: Path) -> None:
        path.unlink()
        path.mkdir()

    def extended(path: Path) -> None:
        os.truncate(path, 10**9)

    (tmp_path / "other").write_text("of others")
    for change in (lambda path: None, removed, linked, replaced, extended):
        log = create_log(tmp_path)
        os.write(log, b"what was printed")
        change(tmp_path / LOG)
        restore_log(tmp_path, log)
        os.close(log)
        assert not (tmp_path / LOG).is_symlink()
        assert (tmp_path / LOG).read_bytes()[:20].rstrip(b"\0") == b"what was printed"
        assert (tmp_path / LOG).stat().st_size < 20_000_000
    assert (tmp_path / "other").read_text() == "of others"
