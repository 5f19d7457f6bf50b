"""Solutions of the recognition task, one a module."""
