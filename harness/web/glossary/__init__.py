"""The glossary: definitions of the terms that the boards use."""
