"""Import of faiss, an optional library."""

from types import ModuleType

from harness import HarnessError


def import_faiss() -> ModuleType:
    """Return the module faiss. Raises HarnessError if it is not installed."""
    try:
        import faiss
    except ImportError:
        raise HarnessError("faiss is not installed; pip install faiss-cpu brings it") from None
    module: ModuleType = faiss
    return module
