"""File formats of vectors with ids, one a module."""
