"""Answers of solutions and the files that hold them."""
