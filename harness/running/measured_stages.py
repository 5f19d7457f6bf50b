"""The costs of a run's stages: its own word, within what its supervisor has measured."""

from harness.supervision.process_end import ProcessEnd
from leaderboard import Stage

_NAMES = {"load", "fit", "rank", "recognise", "write"}
_TOLERANCE_S, _TOLERANCE_MB, _SHARE = 0.5, 100.0, 0.1


def measured_stages(stages: tuple[Stage, ...], end: ProcessEnd) -> tuple[Stage, ...]:
    """Return the stages, and as `other` what was measured beyond them; one stage `run` if they exceed it.

    Without a measurement the stages are returned as they are. Differences below 0.5 s, 100 MB or 10 % are those of two
    ways to measure.
    """
    if not end.wall_s:
        return stages
    wall_s, cpu_s = sum(each.wall_s for each in stages), sum(each.cpu_s for each in stages)
    peak_mb = max((each.peak_mb for each in stages), default=0.0)
    pairs = (wall_s, end.wall_s, _TOLERANCE_S), (cpu_s, end.cpu_s, _TOLERANCE_S)
    names = [each.name for each in stages]
    if any(_exceeds(*each) for each in pairs) or not set(names) <= _NAMES or len(set(names)) < len(names):
        return (Stage("run", end.wall_s, end.cpu_s, end.peak_mb),)
    is_more = any(_exceeds(measured, own, least) for own, measured, least in pairs)
    if is_more or _exceeds(end.peak_mb, peak_mb, _TOLERANCE_MB):
        rest = max(0.0, end.wall_s - wall_s), max(0.0, end.cpu_s - cpu_s)
        return (*stages, Stage("other", *rest, end.peak_mb))
    return stages


def _exceeds(value: float, other: float, least: float) -> bool:
    return value > other + max(least, _SHARE * other)
