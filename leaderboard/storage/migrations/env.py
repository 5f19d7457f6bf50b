"""Alembic's environment: it runs the migrations in the transaction of the caller."""

from alembic import context

from leaderboard.storage.schema import metadata

context.configure(context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
