"""Tests of `harness.running.dependencies.libraries` and `harness.running.dependencies.distributions`."""

import base64
import hashlib
import os
from pathlib import Path

import pytest

from harness.digest_cache import DigestCache
from harness.running.dependencies import distributions
from harness.running.dependencies.distributions import find_distribution, installed_digest
from harness.running.dependencies.file_reads import file_stat
from harness.running.dependencies.libraries import Library, current_library, group_libraries


def install(folder: Path, name: str, version: str, files: dict[str, str], *, record: bool = True) -> None:
    """Write a distribution as an installer does."""
    information = folder / f"{name}-{version}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(text)}")
    if record:
        (information / "RECORD").write_text("\n".join([*lines, "x-1.dist-info/RECORD,,"]))


def group(folder: Path, *names: str) -> list[Library]:
    return group_libraries([str(folder / name) for name in names], [str(folder)], DigestCache(folder / "d"))[0]


def test_files_are_grouped_by_the_distribution_that_lists_them(tmp_path: Path) -> None:
    install(tmp_path, "Pil_low", "13.0", {"PIL/a.py": "1", "PIL/b.py": "2"})
    install(tmp_path, "single", "0.1", {"single.py": "1"}, record=False)
    libraries, others = group_libraries(
        [str(tmp_path / "PIL/a.py"), str(tmp_path / "single.py"), "/elsewhere/x.py"],
        [str(tmp_path), "/elsewhere"],
        DigestCache(tmp_path / "d"),
    )
    assert [(each.name, each.version) for each in libraries] == [("Pil-low", "13.0"), ("single", "0.1")]
    assert others == ["/elsewhere/x.py"]


def test_only_a_changed_content_of_imported_files_is_another_content(tmp_path: Path) -> None:
    install(tmp_path, "box", "1", {"box/a.py": "1", "box/b.py": "2"})
    (library,) = group(tmp_path, "box/a.py")
    digests = DigestCache(tmp_path / "d")
    (tmp_path / "box/b.py").write_text("3")
    os.utime(tmp_path / "box/a.py")
    assert current_library(library, digests).content == library.content
    (tmp_path / "box/a.py").write_text("9")
    assert current_library(library, digests).content != library.content


def test_a_large_file_has_the_digest_of_the_installer_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "box", "1", {"box/a.so": "1" * 50})
    path = tmp_path / "box/a.so"
    stat = file_stat(str(path))
    assert stat
    name = find_distribution(str(tmp_path), "box", DigestCache(tmp_path / "d"))
    assert installed_digest(str(tmp_path), name, "box/a.so", stat) == hashlib.sha256(b"1" * 50).hexdigest()
    assert installed_digest(str(tmp_path), name, "box/a.so", (49, *stat[1:])) == ""
    assert installed_digest(str(tmp_path), name, "box/a", stat) == ""
    monkeypatch.setattr(distributions, "_MARGIN_NS", -1)
    os.utime(path)
    assert installed_digest(str(tmp_path), name, "box/a.so", file_stat(str(path)) or stat) == ""
