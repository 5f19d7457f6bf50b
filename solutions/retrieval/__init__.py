"""Solutions of the retrieval task, one a module."""
