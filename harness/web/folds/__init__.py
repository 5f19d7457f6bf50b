"""The board of a cross-validation."""
