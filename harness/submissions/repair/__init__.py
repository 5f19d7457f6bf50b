"""Repair of submission files."""
