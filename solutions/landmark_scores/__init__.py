"""Which landmark a query shows, from train images: class scores, what shows none, crops, votes, merging."""
