"""What a user did wrong, in one line that names the place and the remedy.

Every message here is shown to the person at the terminal and may reach a competitor,
so it never says anything of the ground truth.
"""


class HarnessError(Exception):
    """The user can mend this; the message says what, where and how."""


class DataError(HarnessError):
    """Something is wrong with a competition's folder, tables or images."""


class SubmissionError(HarnessError):
    """Something is wrong with a submission file or with an answer of a solution."""


class SolutionError(HarnessError):
    """A solution cannot be found, imported, configured or held to its contract."""


class WorkspaceError(HarnessError):
    """The workspace cannot be read or written."""
