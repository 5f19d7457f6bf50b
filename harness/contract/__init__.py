"""The contract that every solution must satisfy, and its check on a small synthetic competition."""
