"""The documents name files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "docs/architecture.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "docs/python.md",
    "solutions/README.md",
    "docs/inception.md",
    "docs/models.md",
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:benchmarks|docs|harness|leaderboard|metrics|solutions|tests|tools)/[\w./]*)`", text)
    links = re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", text)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [link for link in links if not (ROOT / document).parent.joinpath(link).exists()]
    assert not missing


def test_the_retry_of_database_writes_is_where_the_architecture_page_says() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    file, name = re.search(r"retry of database writes.*`([\w/.]+)`, `(\w+)`", page).groups()
    assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")
