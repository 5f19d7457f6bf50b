"""Vectors that were computed elsewhere: their files, and their store in the workspace."""
