"""Scores of landmarks for queries, from train images, crops and several models."""
