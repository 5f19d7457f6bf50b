"""Figures for papers, one kind a file: each draws plain values to a file, and needs matplotlib."""
