"""The plug-in API: all names that a solution may import. Each is imported when it is first used.

>>> from harness import Extractor, ImageSet, Ranking, Retrieval, TrainingData
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.code_digest import imports_digest as imports_digest
    from harness.cpu_budget import cores as cores
    from harness.data.embeddings.external import ExternalEmbeddings as ExternalEmbeddings
    from harness.data.hash_tables.hash_table import HashTable as HashTable
    from harness.data.hash_tables.reading import read_hash_table as read_hash_table
    from harness.data.image_set import ImageSet as ImageSet
    from harness.data.restricted_unpickler import RestrictedUnpickler as RestrictedUnpickler
    from harness.data.store.extractor import Extractor as Extractor
    from harness.data.store.fit_cache import Fitted as Fitted
    from harness.data.store.fit_cache import fitted as fitted
    from harness.data.store.own_layer import own_store as own_store
    from harness.data.store.ragged import Ragged as Ragged
    from harness.data.training_data import TrainingData as TrainingData
    from harness.device import choose_device as choose_device
    from harness.device import device_name as device_name
    from harness.errors import HarnessError as HarnessError
    from harness.installation import install_command as install_command
    from harness.plotting.figure import COLOURS as COLOURS
    from harness.plotting.figure import new_figure as new_figure
    from harness.plotting.figure import require_picture as require_picture
    from harness.plotting.figure import save_picture as save_picture
    from harness.progress import track as track
    from harness.solution.ablation_step import Step as Step
    from harness.solution.base import Recognition as Recognition
    from harness.solution.base import Retrieval as Retrieval
    from harness.solution.search_space import Among as Among
    from harness.solution.search_space import Span as Span
    from harness.submissions.answer import Labelling as Labelling
    from harness.submissions.answer import Ranking as Ranking
    from harness.submissions.list_length import list_length as list_length
    from leaderboard.safe_text import make_printable as make_printable
    from metrics.jit import COMPILED as COMPILED
    from metrics.jit import helper as helper
    from metrics.jit import instructions as instructions
    from metrics.jit import kernel as kernel

_HOMES = {
    "Among": "harness.solution.search_space",
    "COLOURS": "harness.plotting.figure",
    "COMPILED": "metrics.jit",
    "ExternalEmbeddings": "harness.data.embeddings.external",
    "Extractor": "harness.data.store.extractor",
    "Fitted": "harness.data.store.fit_cache",
    "HarnessError": "harness.errors",
    "HashTable": "harness.data.hash_tables.hash_table",
    "ImageSet": "harness.data.image_set",
    "Labelling": "harness.submissions.answer",
    "Ragged": "harness.data.store.ragged",
    "Ranking": "harness.submissions.answer",
    "Recognition": "harness.solution.base",
    "RestrictedUnpickler": "harness.data.restricted_unpickler",
    "Retrieval": "harness.solution.base",
    "Span": "harness.solution.search_space",
    "Step": "harness.solution.ablation_step",
    "TrainingData": "harness.data.training_data",
    "choose_device": "harness.device",
    "cores": "harness.cpu_budget",
    "device_name": "harness.device",
    "fitted": "harness.data.store.fit_cache",
    "helper": "metrics.jit",
    "imports_digest": "harness.code_digest",
    "install_command": "harness.installation",
    "instructions": "metrics.jit",
    "kernel": "metrics.jit",
    "list_length": "harness.submissions.list_length",
    "make_printable": "leaderboard.safe_text",
    "new_figure": "harness.plotting.figure",
    "own_store": "harness.data.store.own_layer",
    "read_hash_table": "harness.data.hash_tables.reading",
    "require_picture": "harness.plotting.figure",
    "save_picture": "harness.plotting.figure",
    "track": "harness.progress",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
