"""Index structures for nearest codes by Hamming distance, one a module, and the exact scan.

The exact ones return what the scan returns, ties included; the others a part of it. `landmark bench searchers` measures
their recall and speed.
"""
