"""Commands that wait in the workspace and are run one after the other."""
