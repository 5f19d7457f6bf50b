"""The leaderboard's pages: pure functions from plain values to HTML, and the style and scripts that go with them."""
