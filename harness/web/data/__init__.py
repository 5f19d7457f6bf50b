"""Cached data behind the pages: boards, ties, photos, ground truth and the analysis of entries."""
