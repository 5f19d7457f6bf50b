"""Import of faiss."""

from types import ModuleType

from harness import HarnessError, install_command


def import_faiss() -> ModuleType:
    """Return the module faiss. Raises HarnessError if it is not installed."""
    try:
        import faiss
    except ImportError:
        raise HarnessError(f"faiss is not installed; install it with: {install_command()}") from None
    module: ModuleType = faiss
    return module
