"""Nearest neighbours of descriptors by inner product: exact, on a graph, and by index structures."""
