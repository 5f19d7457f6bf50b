"""Names of landmarks, read from `train_label_to_category.csv` of Google Landmarks v2, and made readable."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import read_table

LANDMARK_NAMES = "train_label_to_category.csv"
_CATEGORY = re.compile(r"^https?://[^/]+/wiki/(?:Category:)?|^Category:", re.IGNORECASE)
_SMALL_WORDS = re.compile("a|al|and|da|de|del|della|der|des|di|du|e|et|la|las|le|les|los|of|on|sur|the|und|von|y")


def readable_name(name: str) -> str:
    """Return the name of a landmark as people write it: without underscores, prefixes and escapes of addresses.

    Two underscores separate a place from a landmark in it. A name with capital letters keeps them.

    >>> readable_name("nice__promenade_anglais"), readable_name("gateway_of_india")
    ('Nice, Promenade Anglais', 'Gateway of India')
    >>> readable_name("http://commons.wikimedia.org/wiki/Category:Caf%C3%A9_A_Brasileira"), readable_name("12")
    ('Café A Brasileira', '12')
    """
    text = unquote(_CATEGORY.sub("", name.strip())) if _CATEGORY.match(name.strip()) else name.strip()
    words = [part.replace("_", " ").split() for part in text.split("__")]
    if text == text.lower():
        words = [[_capitalise(word, number == 0) for number, word in enumerate(part)] for part in words]
    return ", ".join(" ".join(part) for part in words if part) or name.strip()


def _capitalise(word: str, is_first: bool) -> str:
    return word if _SMALL_WORDS.fullmatch(word) and not is_first else word[:1].upper() + word[1:]


def landmark_names(folder: Path) -> dict[int, str]:
    """Return landmark id -> name, the first one of each; empty without a table. Rows without an id are skipped.

    Raises DataError for a table that cannot be read.
    """
    path = folder / LANDMARK_NAMES
    if not os.path.lexists(path):
        return {}
    table = read_table(path, ["landmark_id", "category"])
    names: dict[int, str] = {}
    for landmark, name in zip(table["landmark_id"], table["category"], strict=True):
        number = parse_whole_numbers([landmark])
        if number is not None and name.strip():
            names.setdefault(int(number[0]), name)
    return names
