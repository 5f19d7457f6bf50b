"""Classifiers of landmarks, and what is made of their probabilities."""
