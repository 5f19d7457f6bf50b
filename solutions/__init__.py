"""Solutions and the parts that they are built from; see README.md."""
