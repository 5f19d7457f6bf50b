"""Attacks on the project: kills, fuzzing, hostile solutions, equal commands at once, full disks and damaged files.

`python -m tests.torture --minutes 60` prints how many tries each part made, and a command that repeats each failure.
"""
