"""What Alembic runs: the steps, in the transaction that it is given."""

from alembic import context

from leaderboard.storage.schema import metadata

context.configure(context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
