"""Figures for papers, one kind in each module. They need matplotlib, an optional dependency."""
