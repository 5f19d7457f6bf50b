"""faiss, an optional library, imported where it is used."""

from types import ModuleType

from harness import HarnessError


def loaded_faiss() -> ModuleType:
    """Return the library. Raises HarnessError where it is not installed."""
    try:
        import faiss
    except ImportError:
        raise HarnessError("faiss is not installed; pip install faiss-cpu brings it") from None
    loaded: ModuleType = faiss
    return loaded
