"""Statistics of scores: confidence intervals, significance tests and other draws of the public queries."""
