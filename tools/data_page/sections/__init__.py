"""The sections of the data page, one module each; each returns the values that its template shows."""
