"""The web site: boards, entries and query results as HTML pages, rendered on the server; one folder per page."""
