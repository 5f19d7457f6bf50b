"""Competitions: tables, images, ground truth, and the store of descriptors."""
