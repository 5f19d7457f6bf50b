"""Perceptual hashes of images, search among them, and matching of other hash-like descriptors."""
