"""Training of landmark classifiers, and rejection of images of no known landmark."""
