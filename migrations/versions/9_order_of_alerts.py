"""What an alert is about, of when it is and what it means, so that an older one does not undo a newer one.

Column types are written out here, so that a later change of the code's types does not change what this revision made.
Times are microseconds.
"""

import sqlalchemy as sa
from alembic import op

revision = "9"
down_revision = "8"

_INDEX = "ix_hook_deliveries_hook_symbol_alerted_at"


def upgrade() -> None:
    """Add it; alerts from before have none of it."""
    op.add_column("hook_deliveries", sa.Column("symbol", sa.String(length=32), nullable=True))
    op.add_column("hook_deliveries", sa.Column("alerted_at", sa.BigInteger(), nullable=True))
    op.add_column("hook_deliveries", sa.Column("intent", sa.String(length=16), nullable=True))
    op.create_index(op.f(_INDEX), "hook_deliveries", ["hook", "symbol", "alerted_at"], unique=False)


def downgrade() -> None:
    """Forget it: it is no part of the desk's history."""
    op.drop_index(op.f(_INDEX), table_name="hook_deliveries")
    for name in ("intent", "alerted_at", "symbol"):
        op.drop_column("hook_deliveries", name)
