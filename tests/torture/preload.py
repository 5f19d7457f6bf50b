"""Modules that most commands and parts need, imported once by the server that forks their processes."""

import alembic.command
import joblib
import numba
import PIL.Image
import sqlalchemy.dialects.sqlite

import harness.cli.main
import harness.running.runner
import harness.submissions.repair.rewrite

MODULES = (alembic, joblib, numba, PIL, sqlalchemy, harness)
