"""Tests of `harness.sandbox.aliases`, `harness.sandbox.complement` and `harness.sandbox.policy`."""

from pathlib import Path

from harness.sandbox.aliases import all_paths, mounted_folders
from harness.sandbox.complement import paths_beside
from harness.sandbox.policy import SandboxPolicy


def make(place: Path, *names: str) -> None:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()


def beside(place: Path, *hidden: str) -> set[str]:
    paths = paths_beside({str(place / name) for name in hidden}, str(place))
    return {str(Path(path).relative_to(place)) for path in paths}


def test_folders_on_the_way_to_a_hidden_file_are_listed_and_others_are_not(tmp_path: Path) -> None:
    make(tmp_path, "a/b/truth", "a/b/image", "a/c/image", "d/e")
    assert beside(tmp_path, "a/b/truth") == {"a/b/image", "a/c", "d"}


def test_a_hidden_folder_is_left_out_with_all_below_it(tmp_path: Path) -> None:
    make(tmp_path, "a/b/x", "a/y")
    assert beside(tmp_path, "a/b", "a/b/x") == {"a/y"}
    assert beside(tmp_path, ".") == set()


def test_a_hidden_file_that_is_missing_keeps_its_folders_listed(tmp_path: Path) -> None:
    make(tmp_path, "a/image")
    assert beside(tmp_path, "a/truth") == {"a/image"}
    assert beside(tmp_path, "a/image/below") == set()


def test_links_are_left_out_because_they_could_lead_above_a_hidden_file(tmp_path: Path) -> None:
    make(tmp_path, "a/truth", "b/x")
    (tmp_path / "a/link").symlink_to(tmp_path)
    assert beside(tmp_path, "a/truth") == {"b"}


def test_a_policy_is_the_same_after_json() -> None:
    policy = SandboxPolicy("require", ("/a", "/b"), (), ("/c",), False, (80,))
    assert SandboxPolicy.from_json(policy.to_json()) == policy


def test_another_mount_of_a_folder_shows_the_same_files(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "1 0 8:1 / / rw - ext4 x rw\n2 1 8:2 / /home rw - ext4 y rw\n3 1 8:2 /me/my\\040data /mnt/x rw - ext4 y rw\n"
        "4 1 8:1 /home /old rw - ext4 x rw\n"
    )
    mounts = mounted_folders(table)
    assert all_paths("/home/me/my data/truth", mounts) == {"/home/me/my data/truth", "/mnt/x/truth"}
    assert all_paths("/mnt/x/truth", mounts) == {"/home/me/my data/truth", "/mnt/x/truth"}
    assert all_paths("/etc/truth", mounts) == {"/etc/truth"}
    assert all_paths("/homes", mounts) == {"/homes"}
    assert all_paths("/a", mounted_folders(tmp_path / "none")) == {"/a"}
