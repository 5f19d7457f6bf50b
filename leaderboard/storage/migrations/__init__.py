"""The migrations of the tables from one version to the next; `leaderboard.storage.migrate` runs them."""
