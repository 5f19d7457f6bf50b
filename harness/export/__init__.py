"""Hand results to other tools: experiment trackers, TREC files, Parquet tables."""
