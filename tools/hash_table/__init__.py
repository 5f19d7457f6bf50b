"""Hashes of a competition's images as a table: `landmark data hashes`, and `hashes` of the Python API."""
