"""Stars, tags and notes of entries, and saved views of boards, in local mode."""
