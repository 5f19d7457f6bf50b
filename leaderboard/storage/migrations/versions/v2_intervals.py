"""Version 2: intervals of scores."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add the column to the entries."""
    op.add_column("entries", sa.Column("intervals", sa.JSON))
