"""Notifications that were given up: since when there are some, and why the last one was.

Column types are written out here, so that a later change of the code's types does not change what this revision made.
Times are microseconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    """Add what is told of them."""
    op.add_column("notification_targets", sa.Column("given_up_since", sa.BigInteger(), nullable=True))
    op.add_column("notification_targets", sa.Column("given_up_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget it: it is no part of the desk's history."""
    op.drop_column("notification_targets", "given_up_reason")
    op.drop_column("notification_targets", "given_up_since")
