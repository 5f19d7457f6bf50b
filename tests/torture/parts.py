"""All parts of the torture."""

from tests.torture.at_once import AtOncePart
from tests.torture.damage import DamagePart
from tests.torture.disks import DiskPart
from tests.torture.fuzz_files import file_parts
from tests.torture.fuzz_tables import table_parts
from tests.torture.fuzz_workspace import workspace_parts
from tests.torture.hostile import HostilePart
from tests.torture.kills import kill_parts
from tests.torture.part import Part
from tests.torture.stale import StalePart


def all_parts() -> list[Part]:
    """Return the parts in the order of the table."""
    commands = [HostilePart(), StalePart(), AtOncePart(), DiskPart(), DamagePart()]
    return [*kill_parts(), *commands, *table_parts(), *file_parts(), *workspace_parts()]
