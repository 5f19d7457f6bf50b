"""Errors that the user can correct. Each message is one line: what is wrong, where, and how to correct it.

Messages reach competitors, so they never contain anything of the ground truth.
"""


class HarnessError(Exception):
    """An error that the user can correct; the base of all others."""


class DataError(HarnessError):
    """A competition's folder, tables or images are wrong."""


class SubmissionError(HarnessError):
    """A submission file, or the answer of a solution, is wrong."""


class SolutionError(HarnessError):
    """A solution cannot be found, imported or configured, or breaks its contract."""


class WorkspaceError(HarnessError):
    """The workspace cannot be read or written."""
