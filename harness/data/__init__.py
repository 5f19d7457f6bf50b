"""Competitions, their images and what was computed from them."""
