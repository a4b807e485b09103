"""What happens to an account itself is found without reading its whole journal."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NAME = "ix_journal_of_account"
_IS_OF_ACCOUNT = sa.text("stream = 'ACCOUNT'")


def upgrade() -> None:
    """Index the events of accounts."""
    op.create_index(
        _NAME, "journal", ["account_id", "seq"], sqlite_where=_IS_OF_ACCOUNT, postgresql_where=_IS_OF_ACCOUNT
    )


def downgrade() -> None:
    """Drop the index; what it finds stays."""
    op.drop_index(_NAME, table_name="journal", sqlite_where=_IS_OF_ACCOUNT, postgresql_where=_IS_OF_ACCOUNT)
