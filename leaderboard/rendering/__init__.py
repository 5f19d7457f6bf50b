"""Leaderboards as text."""
