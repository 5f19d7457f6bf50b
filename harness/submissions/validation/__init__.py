"""Validation of submission files against the tables of a competition."""
