"""The report of `landmark report`: boards, entries and queries of a competition in one HTML file."""
