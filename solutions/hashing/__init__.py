"""Perceptual hashes of images and exact search among them."""
