"""The progress of runs while they are in progress, published in the workspace for the pages."""
