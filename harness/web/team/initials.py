"""The initials of a team and their colour, which both follow from its name."""

from dataclasses import dataclass
from hashlib import sha256

HUES = 8  # classes `hue-0` … in team.css


@dataclass(frozen=True)
class TeamInitials:
    """One or two letters, and the number of their colour, from 0 to HUES - 1."""

    text: str
    hue: int


def team_initials(name: str) -> TeamInitials:
    """Return the initials of a team: of its first two words, or the first two letters of a single word.

    >>> team_initials("north sea divers").text, team_initials("Alpha").text, team_initials("<b>").text
    ('NS', 'AL', 'B')
    """
    words = ["".join(letter for letter in word if letter.isalnum()) for word in name.split()]
    words = [word for word in words if word] or [name[:1]]
    text = words[0][0] + words[1][0] if len(words) > 1 else words[0][:2]
    return TeamInitials(text.upper()[:2], sha256(name.encode("utf-8", "replace")).digest()[0] % HUES)
