"""Pages on overfitting to the public part: the shake-up analysis and the probing simulation."""
