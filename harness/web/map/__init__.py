"""The map of images: projected descriptors of an entry on a canvas."""
