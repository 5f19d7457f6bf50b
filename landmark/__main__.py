"""`python -m landmark`: the command line."""

from harness.cli.main import main

main()
