"""Run solutions on splits: processes, limits, outcomes, entries."""
