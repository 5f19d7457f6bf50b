"""Photographs of landmarks that never stood: buildings, cameras, weather and prints, drawn in code from a seed."""
