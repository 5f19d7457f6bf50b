"""Overfitting to the public part: how much it gains, and how to prevent it."""
