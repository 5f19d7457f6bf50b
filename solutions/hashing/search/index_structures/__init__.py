"""Index structures for 64-bit codes by Hamming distance, one a file, beside the exact scan.

The exact ones find what the scan finds, ties and all; the others find part of it, and `landmark bench searchers` tells
how much and how fast.
"""
